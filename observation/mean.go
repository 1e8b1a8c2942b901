package observation

import (
	"time"
)

// meanGrace is how long after its end a period's mean waits for readings that are on their way.
const meanGrace = 5 * time.Minute
