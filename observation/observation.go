// Package observation keeps readings: never edited, only superseded.
package observation
