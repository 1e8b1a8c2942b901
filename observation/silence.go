package observation

import (
	"fmt"
	"time"
)

// Silence is a time in which a series gave nothing.
type Silence struct {
	Series Series
	Since  time.Time // end of the last reading; when the series began, where there was none
	At     time.Time // when it was found silent
	Back   time.Time // zero: still silent
}

// SilenceWords is how long the series may be without a reading, in words; empty where nobody says.
func (d *Definition) SilenceWords() string {
	switch n := d.Silence; {
	case n <= 0:
		return ""
	case n%(24*time.Hour) == 0:
		return fmt.Sprintf("%d日", n/(24*time.Hour))
	case n%time.Hour == 0:
		return fmt.Sprintf("%d小时", n/time.Hour)
	default:
		return fmt.Sprintf("%d分钟", n/time.Minute)
	}
}
