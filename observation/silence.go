package observation

import "time"

// Silence is a time in which a series gave nothing.
type Silence struct {
	Series Series
	Since  time.Time // end of the last reading; when the series began, where there was none
	At     time.Time // when it was found silent
	Back   time.Time // zero: still silent
}
