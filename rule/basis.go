package rule

import "strings"

// Basis is the clause that orders something: document number, plan inside the document where it has several, and the
// clause's path.
//
//	{甲政办发〔2023〕12号 水环境 三/(四)/18}
type Basis struct {
	Document string
	Plan     string // short name of the plan, as the gazette's addresses have it; empty: the document has one
	Clause   string // path, parts joined with /; empty: the document as a whole
}

// String is the basis as people cite it: 甲政办发〔2023〕12号 水环境 三(四)18.
func (b Basis) String() string {
	parts := []string{b.Document}
	if b.Plan != "" {
		parts = append(parts, b.Plan)
	}
	if b.Clause != "" {
		parts = append(parts, strings.ReplaceAll(b.Clause, "/", ""))
	}
	return strings.Join(parts, " ")
}
