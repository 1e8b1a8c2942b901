// Package register keeps the lists that documents order (名录·清单·台账).
package register
