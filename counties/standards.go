package counties

import "embed"

//go:embed standards/*.csv
var standards embed.FS

// DemonstrationKilns are the emission values for brick kilns that the demonstration county encourages beyond the law, in the form of
// standard.ParseKilnLimits.
func DemonstrationKilns() []byte {
	b, err := standards.ReadFile("standards/jiangxian-brick-kiln.csv")
	if err != nil {
		panic(err) // the path is a constant
	}
	return b
}
