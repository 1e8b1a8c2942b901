package register

import (
	"context"
	"errors"
	"io"
	"iter"

	"zhixing/calendar"
	"zhixing/db"
)

var errTodo = errors.New("register: not built yet")

type seal struct{}

func itoa(n int64) string { return "" }

const yesWord = "是"

// Places are the boundaries of the county's towns and villages.
type Places struct{}

// Input is what a person fills in about an entry.
type Input struct {
	Fields map[string]string // as typed; a field that is missing stays, an empty one is emptied
	Files  map[string]Upload
	Holds  calendar.Date // since when; zero: today
	Why    string
	Basis  string
	Saw    int    // number of records that the person saw (Entry.N); 0: does not say
	Once   string // token of the form; the same again does nothing and gives the same entry
}

// Upload is a file of a file field.
type Upload struct {
	Name, MediaType string
	Bytes           []byte
}

// MoveTo asks for another state.
type MoveTo struct {
	State string
	Input // fields that are filled in on the way, reason, basis
}

// Leave takes an entry out of the register; nothing is deleted.
type Leave struct {
	Why, Basis string
	Holds      calendar.Date
	Saw        int
}

// Add enters an entry.
func (r *Registers) Add(ctx context.Context, tx *db.Tx, by Actor, name Name, in Input) (*Entry, error) {
	return nil, errTodo
}

// Amend changes fields because the world changed; Correct because the record was wrong.
func (r *Registers) Amend(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, in Input) (*Entry, error) {
	return nil, errTodo
}

// Correct changes fields because the record was wrong from in.Holds on.
func (r *Registers) Correct(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, in Input) (*Entry, error) {
	return nil, errTodo
}

// Put is Add, or Amend where there is an entry with this key: what programs and examples write.
func (r *Registers) Put(ctx context.Context, tx *db.Tx, by Actor, name Name, in Input) (*Entry, error) {
	return nil, errTodo
}

// Move brings an entry into another state, if the document allows it now. A refusal has the sentence and the clause.
func (r *Registers) Move(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, to MoveTo) (*Entry, error) {
	return nil, errTodo
}

// Confirm says that somebody looked and all is as it stands; the review begins anew.
func (r *Registers) Confirm(ctx context.Context, tx *db.Tx, by Actor, name Name, key, why string) (*Entry, error) {
	return nil, errTodo
}

// Remove takes an entry out of the register (出册).
func (r *Registers) Remove(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, l Leave) (*Entry, error) {
	return nil, errTodo
}

// Restore takes a removed entry back.
func (r *Registers) Restore(ctx context.Context, tx *db.Tx, by Actor, name Name, key string, l Leave) (*Entry, error) {
	return nil, errTodo
}

// AsOf asks for a past day, and for what was known of it at an instant. The zero AsOf is now.
type AsOf struct {
	On    calendar.Date // zero: today
	Known int64         // microseconds, see db.Micros; 0: all that is known now
}

// Get is an entry by its key.
func (r *Registers) Get(ctx context.Context, tx *db.Tx, v Viewer, name Name, key string, as AsOf) (*Entry, error) {
	return nil, errTodo
}

// ByID is an entry by its number.
func (r *Registers) ByID(ctx context.Context, tx *db.Tx, v Viewer, name Name, id ID) (*Entry, error) {
	return nil, errTodo
}

// History is everything that was done to an entry, oldest first, as the viewer may see it.
func (r *Registers) History(ctx context.Context, tx *db.Tx, v Viewer, name Name, key string) ([]Record, error) {
	return nil, errTodo
}

// Query asks for entries that fit everything that it gives.
type Query struct {
	Register Name
	AsOf     AsOf
	State    string
	Unit     string // named in some unit field
	Town     string
	Village  string
	Text     string // words, all of them
	Where    []Filter
	Box      *Box      // place inside
	Area     *Geometry // place inside this surface
	Stale    bool
	Removed  bool   // those that left too
	Sort     string // field; empty: as entered. A leading - turns it
	Size     int    // 1 to MaxSize
	After    string // Page.Next of the page before
}

// Filter is a condition on one field.
type Filter struct {
	Field string
	Op    string // =, <>, <, <=, >, >=, has, lacks
	Value string // as people type it
}

// Box is a rectangle in 1e-7 degree.
type Box struct{ MinX, MinY, MaxX, MaxY int32 }

// Geometry is a point, lines or surfaces.
type Geometry struct{}

// Page is a page of a list.
type Page struct {
	Entries []*Entry
	Total   int // -1 where it is not counted: lists of a past day
	Next    string
}

// List is a page of entries as the viewer may see them.
func (r *Registers) List(ctx context.Context, tx *db.Tx, v Viewer, q Query) (Page, error) {
	return Page{}, errTodo
}

// Each gives all entries that fit the query, its Size and After apart, one after the other.
func (r *Registers) Each(ctx context.Context, tx *db.Tx, v Viewer, q Query) iter.Seq2[*Entry, error] {
	return func(func(*Entry, error) bool) {}
}

// Owed is one obligation of an entry, or one turn of it.
type Owed struct {
	Register   Name
	Entry      ID
	Key, Label string
	Obligation *Obligation
	Since      calendar.Date // it runs from this day
	Period     calendar.Date // first day of the turn of a recurring one
	Due        calendar.Date // last day
	Unit       string        // who owes it
	State      OwedState
	DoneOn     calendar.Date
	DoneBy     string // address of the record of another register that fulfilled it
}

// OwedState says how an obligation stands.
type OwedState string

// The states of an obligation.
const (
	Open OwedState = "open"
	Done OwedState = "done"
	Void OwedState = "void" // it no longer applies: the entry left, or the condition does not hold any more
)

// OwedQuery asks for obligations.
type OwedQuery struct {
	Register   Name
	Key        string
	Obligation string
	Unit       string
	State      OwedState     // empty: open and done
	DueBefore  calendar.Date // due earlier than this day
	Size       int
	After      string
}

// Owed is a page of obligations, by their last day.
func (r *Registers) Owed(ctx context.Context, tx *db.Tx, q OwedQuery) (list []Owed, next string, err error) {
	return nil, "", errTodo
}

// Lacking is a unit that has no entry in a register in which each unit of a set must have one.
type Lacking struct {
	Schema   *Schema
	Complete *Complete
	Units    []string
}

// Lacking are the registers that are not complete on the day, with the units that are missing; of one whose day has not come too.
func (r *Registers) Lacking(ctx context.Context, tx *db.Tx, on calendar.Date) ([]Lacking, error) {
	return nil, errTodo
}

// Tick does what the day brings: turns of recurring obligations begin, and what has become overdue since the last Tick is told
// once. It looks only at what is due, at most limit rows; more says that it wants to be called again.
func (r *Registers) Tick(ctx context.Context, tx *db.Tx, limit int) (overdue []Owed, more bool, err error) {
	return nil, false, errTodo
}

// Dump writes a register as plain text from which Rebuild makes it again, with the same root.
func (r *Registers) Dump(ctx context.Context, tx *db.Tx, v Viewer, name Name, w io.Writer) error {
	return errTodo
}
