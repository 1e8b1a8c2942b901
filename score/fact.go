package score

// Fact is what a unit is marked for.
//
// A period is marked as its last day left it (one that is still running: as today finds it). What comes afterwards is
// the next period's, so a period that is over gets the same marks whenever they are computed. Whoever led the duty when
// the fact came about is charged, not who leads it now. A supporting unit is charged for Unsigned alone. Nothing is
// charged while a duty is suspended, claimed or over: nobody could have acted.
type Fact string

// The facts.
const (
	// Overdue: the duty runs, and its last day, in the period or before it, has passed without a claim. Charged to those
	// who lead it at the end of the period, in every period in which it is so.
	Overdue Fact = "overdue"

	// Late: a claim, made in the period after the last day then in force, that was agreed to or still stands. One that
	// was sent back is not late but SentBack.
	Late Fact = "late"

	// Unsigned: the limit for signing ended in the period, and the unit had not signed by the end of that day. The limit
	// runs from the day of issue or transfer; one that ends while nobody can sign begins anew when the duty goes on.
	Unsigned Fact = "unsigned"

	// Unreported: the last day for a report, grace included, lies in the period, the duty ran, and by the end of the
	// period no report on it has come, because a later one was reported on or because it is still missing. A report that
	// falls due before its leads must have signed is nobody's.
	Unreported Fact = "unreported"

	// ReportedLate: as Unreported, but the report has come by the end of the period. Each missing report is charged
	// once: one that comes in the next period was Unreported in this one, and costs nothing more there.
	ReportedLate Fact = "reported_late"

	SentBack   Fact = "sent_back"   // a claim that was returned
	Extended   Fact = "extended"    // an extension that was granted
	NoEvidence Fact = "no_evidence" // a report of a lead, or a claim, without a file
	Lettered   Fact = "letter"      // a letter that was sent, to the unit that it was addressed to

	// CaseOverdue: a clock of a case (闭环事项) ran out in the period while the unit had it; each clock once. What came to the
	// unit late already is not held against it.
	CaseOverdue Fact = "case_overdue"

	// CaseSentBack: what the unit said to be put right was sent back, by an officer, or by the reporter who was asked.
	CaseSentBack Fact = "case_sent_back"

	// CaseRecurred: what the unit put right was found again, before its case was closed or soon after.
	CaseRecurred Fact = "case_recurred"
)

// Facts lists every fact, in the order of the pages.
var Facts = []Fact{Overdue, Late, Unsigned, Unreported, ReportedLate, SentBack, Extended, NoEvidence, Lettered, CaseOverdue, CaseSentBack, CaseRecurred}
