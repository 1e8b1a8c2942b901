package register

import (
	"zhixing/calendar"
	"zhixing/quantity"
	"zhixing/rule"
)

// Name is a register's name in addresses: small ASCII letters, digits and hyphens, one in the county.
type Name string

// FieldType says what a field holds. The value in brackets is the word in registers.yaml.
type FieldType string

// The types of a field.
const (
	Text    FieldType = "text"
	Number  FieldType = "number"  // quantity.Decimal in the field's Unit
	Money   FieldType = "money"   // integer fen; written in 元 or, with Unit 万元, in 万元
	Day     FieldType = "date"    // calendar.Date
	Clock   FieldType = "time"    // calendar.Clock: 08:30
	Part    FieldType = "hours"   // calendar.DayPart: 22:00-06:00
	Choice  FieldType = "choice"  // one of Options
	YesNo   FieldType = "yesno"   // 是, 否
	Unit    FieldType = "unit"    // canonical name of a unit of the county
	Person  FieldType = "person"  // a person's name; never public
	File    FieldType = "file"    // bytes kept with their hash
	Point   FieldType = "point"   // longitude latitude, WGS 84
	Line    FieldType = "line"    // GeoJSON LineString
	Polygon FieldType = "polygon" // GeoJSON Polygon or MultiPolygon
	Ref     FieldType = "ref"     // key of an entry of another register
)

// Field is one column of a register.
type Field struct {
	Name     string // Chinese, an identifier in expressions: letters, digits, no spaces
	Type     FieldType
	Unit     quantity.Unit // of Number and Money
	Options  []string      // of Choice
	Register Name          // of Ref
	Required bool
	Private  bool // never leaves the offices; Person always is
	Hint     string
	Min, Max *quantity.Decimal
	Basis    rule.Basis
}

// Schema is one register (名录·清单·台账) as a document orders it to be kept.
type Schema struct {
	Name        Name
	Title       string
	Policy      string // id of the policy's folder
	Basis       rule.Basis
	Mechanisms  []string // names that the document gives to what the register carries out
	Custodian   string   // canonical name of the unit that keeps it
	Writers     []string // other units that may write
	Whose       string   // unit field: the unit that stands there may write the entry, too; who is checked, or uses a thing, may not; empty: none
	Own         string   // unit field: of sets among Writers each member writes only the entries in which it stands; empty: all
	Review      calendar.Span
	Public      bool     // entries stand on public pages, without private fields
	Key         []string // fields that name an entry; none: entries are numbered
	Label       string   // field that names an entry for people; empty: the key
	Fields      []Field
	States      []string // first is that of a new entry; empty: 在册 alone
	End         []string // states in which an entry owes nothing but what begins with them: 报废, 拆除
	Moves       []Move
	Checks      []Check
	Obligations []Obligation
	Complete    *Complete
	From, To    calendar.Date // in force; To exclusive, zero: open
	File        string        // of the definition, and its line, for messages
	LineNo      int
}

// Move is a transition that the document allows, with its guard.
type Move struct {
	Name     string // verb on the button; empty: 转为 + To
	From     []string
	To       string
	When     *rule.Expr // over the entry; nil: always
	Refusal  string     // sentence when the guard says no
	Basis    rule.Basis
	LineNo   int
	Examples int
}

// Check is what every entry must meet when it is written.
type Check struct {
	Must    *rule.Expr
	Refusal string
	Basis   rule.Basis
}

// Obligation is what an entry owes from a moment on.
type Obligation struct {
	ID         string // in the register
	Name       string
	Mechanisms []string
	Start      Start
	Within     calendar.Span       // once; or
	By         calendar.Date       // once, on this day; or
	Every      calendar.Recurrence // again and again, by the calendar; or
	Again      calendar.Span       // again and again, each time so long after it was done last
	When       *rule.Expr          // only for entries of which this holds; nil: all
	Done       *rule.Expr          // over the entry: fulfilled; or
	Record     *RecordOf           // fulfilled by an entry of another register in the period; neither, of Again: by another day in Start.Field
	To         Whose               // who owes it
	Severity   string              // of the finding when it is overdue
	Ladder     string
	Basis      rule.Basis
	LineNo     int
}

// Start is the moment from which an obligation runs: entering the register, a state, or the day in a field.
type Start struct {
	State string
	Field string
}

// RecordOf names entries of another register that fulfil an obligation: those whose field Of refers to the entry, dated by On.
type RecordOf struct {
	Register Name
	Of       string
	On       string
}

// Whose says which unit something goes to: the unit in a field of the entry or, behind points, of the entry that a field refers to
// (电梯.维保单位); the unit by name where there is no field, or nothing in it.
type Whose struct {
	Field string
	Unit  string
}

// Complete says that each unit of a set must have an entry by a day.
type Complete struct {
	ID         string
	Name       string
	Mechanisms []string
	Field      string   // unit field
	Of         string   // name of a set of units; or
	Units      []string // the units by their canonical names; the loader fills them in for a set too
	By         calendar.Date
	Severity   string
	Ladder     string
	Basis      rule.Basis
}
