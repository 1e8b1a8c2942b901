package hj212

// Edition is the edition of the standard that a frame follows, as its Flag says.
type Edition int

const (
	Edition2005    Edition = 2005
	Edition2017    Edition = 2017
	Edition2025    Edition = 2025
	EditionUnknown Edition = 0 // version bits that no edition has defined; the frame is read like the others
)

// Flag is the frame's eight bits: six of the edition, one of splitting, one of the answer. The editions of 2017 and 2025
// name the last two A and D the other way round but leave them where they are, so only positions count here.
type Flag uint8

const (
	flagAnswer Flag = 1 << 0
	flagSplit  Flag = 1 << 1
)

// FlagOf is the plain flag of an edition.
func FlagOf(e Edition) Flag {
	switch e {
	case Edition2017:
		return 1 << 2
	case Edition2025:
		return 2 << 2
	}
	return 0
}

// Answer says that the sender wants an answer.
func (f Flag) Answer() bool { return f&flagAnswer != 0 }

// Split says that the frame is a part of several and has PNUM and PNO.
func (f Flag) Split() bool { return f&flagSplit != 0 }

// WithAnswer is f with an answer wanted.
func (f Flag) WithAnswer() Flag { return f | flagAnswer }

// Plain is f without splitting and answer: what an answer to f carries.
func (f Flag) Plain() Flag { return f &^ (flagAnswer | flagSplit) }

// Edition reads the version bits. A frame without Flag is of 2005.
func (f Flag) Edition() Edition {
	switch f >> 2 {
	case 0:
		return Edition2005
	case 1:
		return Edition2017
	case 2:
		return Edition2025
	}
	return EditionUnknown
}
