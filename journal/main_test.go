package journal_test

import (
	"testing"

	"zhixing/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
