package web

import (
	"context"
	"net/http"

	"zhixing/account"
	"zhixing/calendar"
	"zhixing/db"
	"zhixing/ledger"
	"zhixing/personnel"
	"zhixing/register"
)

// What a person may do in the ledger follows from the posts that he holds today, not from his account: who takes over a
// post takes over its work.

// acts gives the ledger's act for each access that follows from a seat. seated asks only for some seat.
var acts = map[access]ledger.Act{
	seeLedger: ledger.ActSee, editLedger: ledger.ActEdit, signLedger: ledger.ActSign, reportLedger: ledger.ActReport, supportLedger: ledger.ActSupport,
	claimLedger: ledger.ActClaim, splitLedger: ledger.ActSplit, checkLedger: ledger.ActCheck, closeLedger: ledger.ActClose, noteLedger: ledger.ActNote,
	signLetters: ledger.ActSignLetter, exportLedger: ledger.ActExport, appealScores: ledger.ActAppeal, decideScores: ledger.ActDecide,
	officers: ledger.ActPersonnel, overseers: ledger.ActPersonnel,
}

// seating is what is known of the seats of a request's person: asked once, when somebody wants to know.
type seating struct {
	name   string // of the person
	asked  bool
	seats  []personnel.Seat
	newest mark // of ledger and cases, before the page reads them
	err    error
}

type seatingKey struct{}

func withSeating(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), seatingKey{}, &seating{}))
}

// seatsOf are the seats that the signed-in person holds today; none for the public, and for a session that is not Ready.
func (s *Server) seatsOf(r *http.Request) ([]personnel.Seat, error) {
	sess := sessionOf(r)
	if sess == nil || sess.Stage != account.Ready || s.Ledger == nil {
		return nil, nil
	}
	known, ok := r.Context().Value(seatingKey{}).(*seating)
	if !ok {
		known = &seating{}
	}
	if !known.asked {
		known.asked = true
		known.err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
			if known.newest, err = s.newest(ctx, tx); err != nil {
				return err
			}
			if known.name, err = personnel.NameOf(ctx, tx, s.countyCode, string(sess.User.Name)); err != nil {
				return err
			}
			known.seats, err = personnel.SeatsOf(ctx, tx, s.County.Book, s.countyCode, string(sess.User.Name), s.today())
			return err
		})
	}
	return known.seats, known.err
}

// member is the signed-in person as the ledger knows him.
func (s *Server) member(r *http.Request) (ledger.Actor, error) {
	seats, err := s.seatsOf(r)
	sess := sessionOf(r)
	if err != nil || sess == nil {
		return ledger.Actor{}, err
	}
	by := ledger.Actor{Account: string(sess.User.Name), Name: sess.User.FullName, Seats: seats}
	if known, ok := r.Context().Value(seatingKey{}).(*seating); ok && known.name != "" {
		by.Name = known.name // letters are signed by the person, whatever his account is called
	}
	return by, nil
}

// clerkOf is a person as the registers know him: he writes for the units of his seats, the county office for all.
func clerkOf(by ledger.Actor) register.Actor {
	return register.Actor{Account: by.Account, Name: by.Name, Units: by.Units(ledger.ActReport), Office: by.Everywhere(ledger.ActEdit)}
}

// maySit checks an access that follows from seats.
func (s *Server) maySit(r *http.Request, a access) error {
	if (a == seated || a == officers) && s.mayBegin(r) {
		return nil
	}
	if a == overseers && sessionOf(r).Can(account.ManageUsers) {
		return nil
	}
	by, err := s.member(r)
	switch {
	case err != nil:
		return err
	case s.Ledger == nil:
		return notFound("本县没有启用任务台账。")
	case len(by.Seats) == 0:
		return forbidden("您的账号没有对应的职务，不能使用任务台账。请联系县政府办公室登记职务。")
	case a != seated && !by.May(acts[a]):
		return forbidden("您的职务不能办理这一项。")
	}
	return nil
}

// today is the civil day of the server's clock.
func (s *Server) today() calendar.Date { return calendar.DateOf(s.now()) }

// ledgerStatus is the HTTP status of a ledger's error.
var ledgerStatus = map[ledger.Kind]int{
	ledger.Invalid: 400, ledger.NotAllowed: 403, ledger.NotFound: 404, ledger.Conflict: 409, ledger.WrongState: 409,
}
