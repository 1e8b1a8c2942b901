-- +goose Up

-- Which series have ended: asked at each taking in of readings.
CREATE INDEX observation_series_ended ON observation_series (county, ended_at) WHERE ended_at > 0;
