package sheet

import "strings"

// titleKey is what two spellings of a title have in common: no spaces or line breaks, nothing of full width, no mark
// of a field that must be filled.
func titleKey(s string) string {
	return strings.Trim(strings.ReplaceAll(narrow(s), " ", ""), "*:")
}
