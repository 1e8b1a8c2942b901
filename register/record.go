package register

import (
	"time"

	"zhixing/calendar"
)

// Deed is what a record did.
type Deed string

// The deeds.
const (
	Added     Deed = "add"
	Amended   Deed = "amend"   // the world changed
	Corrected Deed = "correct" // the record was wrong
	Moved     Deed = "move"    // into another state
	Confirmed Deed = "confirm" // looked at, nothing changed
	Removed   Deed = "remove"
	Restored  Deed = "restore" // taken back into the register
	Merged    Deed = "merge"   // into another entry
	Parted    Deed = "part"    // a merge taken back
	Undone    Deed = "undo"    // an import taken back
)

var deedChinese = map[Deed]string{Added: "入册", Amended: "修改", Corrected: "更正", Moved: "转变状态", Confirmed: "核实", Removed: "出册",
	Restored: "恢复", Merged: "合并", Parted: "撤销合并", Undone: "撤销导入"}

// Chinese is what pages call the deed.
func (d Deed) Chinese() string { return deedChinese[d] }

// Record is one change of an entry.
type Record struct {
	Seq   int64 // place in the register's log and tree, from 0
	Entry ID
	N     int // of the entry's records, from 1
	What  Deed
	Holds calendar.Date // the day from which it holds
	At    time.Time     // when it was written
	By    string        // account
	Unit  string        // in whose name
	Why   string
	Basis string // document and clause
	State string // into which the entry came; empty: unchanged
	Into  string // key of the entry that it was merged into
	Batch int64  // import; 0: none
	Once  string
	Set   Values // fields that changed; empty text: it holds nothing any more

	seal  seal  // what opens the parts
	ready []sum // see prepare
	leaf  [32]byte
}
