package markup

import (
	"encoding/xml"
	"testing"
)

func TestWhatIsWrittenReadsBack(t *testing.T) {
	var m Writer
	m.WriteString(Head)
	m.Open("a", "x", `1 < 2 & "3"`+"\n\t'4'", "none", "")
	m.Element("b", "a < b & c > \"d\" ]]>\n")
	m.Empty("c", "y", "ü")
	m.Close("a")
	var got struct {
		X    string  `xml:"x,attr"`
		None *string `xml:"none,attr"`
		B    string  `xml:"b"`
		C    struct {
			Y string `xml:"y,attr"`
		} `xml:"c"`
	}
	if err := xml.Unmarshal([]byte(m.String()), &got); err != nil {
		t.Fatal(err, m.String())
	}
	if got.X != `1 < 2 & "3"`+"\n\t'4'" || got.None != nil || got.B != "a < b & c > \"d\" ]]>\n" || got.C.Y != "ü" {
		t.Errorf("%+v", got)
	}
}
