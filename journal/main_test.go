package journal_test

import (
	"os"
	"testing"

	"zhixing/db/dbtest"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(victimVar); dsn != "" {
		victim(dsn)
	}
	dbtest.Main(m)
}
