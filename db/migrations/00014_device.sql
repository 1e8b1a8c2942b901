-- +goose Up

-- Devices that send readings. None of these tables is public.

CREATE TABLE device (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	mn         {{.Text}} NOT NULL,
	name       text NOT NULL,
	password   {{.Text}} NOT NULL, -- of the protocol, six characters; the device tells it to whoever asks
	crc        {{.Text}} NOT NULL,
	key        {{.Text}} NOT NULL, -- SM4 of HJ 212-2025, hexadecimal; empty: none
	register   {{.Text}} NOT NULL,
	entry      {{.Text}} NOT NULL,
	factors    text NOT NULL, -- what it names or measures otherwise than the definitions; JSON
	keep_clock boolean NOT NULL,
	created_at bigint NOT NULL,
	ended_at   bigint NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX device_mn ON device (county, mn) WHERE ended_at = 0;

-- How each is: written every few seconds from memory.
CREATE TABLE device_state (
	county       {{.Text}} NOT NULL,
	device       bigint NOT NULL,
	seen_at      bigint NOT NULL,
	connected_at bigint NOT NULL, -- 0: not connected
	address      text NOT NULL,
	edition      bigint NOT NULL,
	offset_ms    bigint NOT NULL, -- its clock against ours
	frames       bigint NOT NULL,
	readings     bigint NOT NULL,
	resent       bigint NOT NULL,
	rejected     bigint NOT NULL,
	incomplete   bigint NOT NULL, -- split reports of which a part never came
	PRIMARY KEY (county, device)
);

-- Who spoke and is not known, or with a wrong password: counted, with the last frame.
CREATE TABLE device_stranger (
	county   {{.Text}} NOT NULL,
	mn       {{.Text}} NOT NULL,
	why      {{.Text}} NOT NULL, -- mn, password
	address  text NOT NULL,
	frame    text NOT NULL,
	frames   bigint NOT NULL,
	first_at bigint NOT NULL,
	last_at  bigint NOT NULL,
	PRIMARY KEY (county, mn, why)
);

-- What known devices sent and no series takes: factors that no definition has, readings that were refused.
CREATE TABLE device_unplaced (
	county      {{.Text}} NOT NULL,
	device      bigint NOT NULL,
	cn          {{.Text}} NOT NULL,
	factor      {{.Text}} NOT NULL,
	at          bigint NOT NULL,
	recorded_at bigint NOT NULL,
	why         text NOT NULL,
	data        text NOT NULL, -- Rtd=2.2,Flag=N
	PRIMARY KEY (county, device, cn, factor, at)
);
CREATE INDEX device_unplaced_recorded ON device_unplaced (county, device, recorded_at);

-- Orders to devices: waiting for the device, under way, over.
CREATE TABLE device_order (
	county     {{.Text}} NOT NULL,
	id         bigint NOT NULL,
	device     bigint NOT NULL,
	what       {{.Text}} NOT NULL,
	args       text NOT NULL, -- JSON
	who        {{.Text}} NOT NULL,
	created_at bigint NOT NULL,
	state      {{.Text}} NOT NULL,
	qn         {{.Text}} NOT NULL,
	changed_at bigint NOT NULL,
	frames     bigint NOT NULL,
	result     text NOT NULL,
	PRIMARY KEY (county, id)
);
CREATE INDEX device_order_device ON device_order (county, device, id);
CREATE INDEX device_order_waiting ON device_order (county, device) WHERE state = 'waiting';

-- +goose Down
DROP TABLE device_order;
DROP TABLE device_unplaced;
DROP TABLE device_stranger;
DROP TABLE device_state;
DROP TABLE device;
