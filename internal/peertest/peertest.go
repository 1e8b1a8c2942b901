// Package peertest gives tests the programs of others that they hold us against: what is checked by our own code on both ends is not
// checked. Where one is missing the test is skipped and says what to install; with ZHIXING_REQUIRE_PEERS=1, as `make test` sets it, it
// fails.
package peertest

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Program is the path of a program, which the Debian package holds.
func Program(t testing.TB, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name) // not on everybody's path
	}
	if err != nil {
		Missing(t, "%s is not installed (Debian: %s)", name, debian)
	}
	return path
}

// Missing ends a test that cannot do without something: what it is, and where to get it.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	says := fmt.Sprintf(format, args...)
	if os.Getenv("ZHIXING_REQUIRE_PEERS") != "" {
		t.Fatal(says)
	}
	t.Skip("SKIPPED: " + says)
}
