package hj212

// Answer is what the centre answers to a frame from a device once its content is safe, false where the frame wants no
// answer. The same frame gives the same answer, so every copy of a resent frame is answered.
//
// Only bit 0 of Flag asks for one. What a device notifies (1013, 9015) is answered with 9013, everything else with 9014;
// the device's own answers (9011 to 9014) never. An answer carries the frame's QN, PW and MN, ST 91 and the plain flag of
// its edition (6.1, 6.2). Before 2017 the QN stood in the data area; there it stands too, as nobody can tell where a device looks.
func Answer(f *Frame) (Frame, bool) {
	if !f.Flag.Answer() {
		return Frame{}, false
	}
	switch f.CN {
	case CNRequestAnswer, CNResult, CNNotifyAnswer, CNDataAnswer:
		return Frame{}, false
	case CNTimeWanted, CNHeartbeat:
		return Reply(f, CNNotifyAnswer), true
	}
	return Reply(f, CNDataAnswer), true
}

// Refuse is what the centre answers instead where password or number are not those of a device it knows. The standard
// has the codes of 9011 only for devices; a device that does not expect them keeps its data and sends them again, which
// is what it must do. False where the frame wants no answer.
func Refuse(f *Frame, why QnRtn) (Frame, bool) {
	if _, ok := Answer(f); !ok {
		return Frame{}, false
	}
	return Reply(f, CNRequestAnswer, Item{"QnRtn", why.String(), 0}), true
}

// Reply is an answer of either side to f under one of the codes 9011 to 9014.
func Reply(f *Frame, cn CN, items ...Item) Frame {
	a := Frame{QN: f.ExchangeQN(), ST: STInteraction, CN: cn, PW: f.PW, MN: f.MN, Flag: f.Flag.Plain(), has: f.has & FieldPW}
	if a.QN != "" && f.Flag.Edition() == Edition2005 {
		a.Items = []Item{{"QN", string(a.QN), 0}}
		for i := range items {
			items[i].Group++
		}
	}
	a.Items = append(a.Items, items...)
	return a
}

// QnRtn is what an answer 9011 says of a request (table 9).
type QnRtn int

const (
	Accepted      QnRtn = 1
	Refused       QnRtn = 2
	WrongPassword QnRtn = 3
	WrongMN       QnRtn = 4
	WrongST       QnRtn = 5
	WrongFlag     QnRtn = 6
	WrongQN       QnRtn = 7
	WrongCN       QnRtn = 8
	WrongCRC      QnRtn = 9
	UnknownFault  QnRtn = 100
)

// ExeRtn is what an answer 9012 says of the execution.
type ExeRtn int

const (
	Done           ExeRtn = 1
	FailedUnknown  ExeRtn = 2
	WrongCondition ExeRtn = 3
	FailedTimeout  ExeRtn = 4
	Busy           ExeRtn = 5
	SystemFault    ExeRtn = 6
	NoData         ExeRtn = 100
)
