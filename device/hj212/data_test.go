package hj212

import (
	"testing"
	"time"
)

// one decodes one segment.
func one(t testing.TB, segment string) Frame {
	t.Helper()
	frames, why := decode(t, Options{}, Seal(segment))
	if len(frames) != 1 {
		t.Fatalf("%s: rejected %v", segment, why)
	}
	return frames[0]
}

func TestTimes(t *testing.T) {
	at := time.Date(2016, 8, 1, 8, 58, 57, 0, Zone)
	for text, want := range map[string]time.Time{
		"20160801085857":    at,
		"201608010858571":   at.Add(100 * time.Millisecond),
		"2016080108585712":  at.Add(120 * time.Millisecond),
		"20160801085857223": at.Add(223 * time.Millisecond),
		"20240229000000":    time.Date(2024, 2, 29, 0, 0, 0, 0, Zone),
	} {
		if got, ok := ParseTime(text); !ok || !got.Equal(want) {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "2016080108585", "201608010858571234", "20160832085857", "20161301085857", "20160801245857", "20160801086057",
		"20160801085860", "20230229000000", "2016080108585x", "20160800000000"} {
		if got, ok := ParseTime(text); ok {
			t.Errorf("%s is read as %v", text, got)
		}
	}
	if utc := at.UTC(); FormatTime(utc) != "20160801085857" || NewQN(utc.Add(223*time.Millisecond)) != "20160801085857223" {
		t.Error(FormatTime(utc), NewQN(utc))
	}
}

// TestKinds: the moment of real-time data, the start of the others' period (section on time; 2017 and 2025 alike).
func TestKinds(t *testing.T) {
	for cn, want := range map[string]struct {
		kind   Kind
		period time.Duration
	}{
		"2011": {Realtime, 0}, "2021": {State, 0}, "2051": {Minute, 0}, "2061": {Hour, time.Hour}, "2031": {Day, 24 * time.Hour},
		"2041": {RunTime, 24 * time.Hour}, "2111": {Furnace, 5 * time.Minute}, "3020": {Info, 0}, "9015": {Other, 0}, "1062": {Other, 0},
	} {
		f := one(t, "ST=31;CN="+cn+";MN=S1;CP=&&DataTime=20160801080000;a21026-Avg=3&&")
		d := f.Data()
		if d.Kind != want.kind || d.Kind.Period() != want.period || !d.Time.Equal(time.Date(2016, 8, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("CN %s: %+v", cn, d)
		}
		if d.Kind.Words() == "" {
			t.Errorf("CN %s has no word", cn)
		}
	}
}

func TestData(t *testing.T) {
	f := one(t, "ST=32;CN=2051;MN=S1;Flag=8;RF=1;CP=&&DataTime=20241130113000;w01018-SampleTime=20241130093000,w01018-Avg=196.000,w01018-Flag=N,"+
		"w01018-EFlag=A01;w00000-Cou=237.91,w00000-Avg=66.09,w00000-Avg=19796346.00,w00000-Flag=T;a01013-Avg=-0.041;a01006-Rtd=,a01006-Flag=D;"+
		"w01018-Avg=1;cpm-Avg=1e3,SB1-RS=1;DataTime=20200101000000;i11001-Info=//a,b//;PolId=w01018&&")
	d := f.Data()
	if !d.Time.Equal(time.Date(2024, 11, 30, 11, 30, 0, 0, Zone)) {
		t.Errorf("of two data times the first counts, not %v", d.Time)
	}
	if len(d.Factors) != 8 || !d.Resent || len(d.Other) != 1 || d.Other[0].Name != "PolId" {
		t.Fatalf("%+v", d)
	}
	cod, flow, temp, empty, again, cpm, state, log := d.Factors[0], d.Factors[1], d.Factors[2], d.Factors[3], d.Factors[4], d.Factors[5], d.Factors[6], d.Factors[7]
	v, ok := cod.Value("Avg")
	if n, isNumber := v.Number(); !ok || !isNumber || n.String() != "196.000" || cod.Mark != Normal || cod.EMark != "A01" || cod.SampleTime.Hour() != 9 || len(cod.Values) != 1 {
		t.Errorf("COD %+v", cod)
	}
	if !flow.Repeated() || len(flow.Values) != 3 || flow.Values[2].Text != "19796346.00" || flow.Mark.Valid() || flow.Mark.Words() != "超量程" {
		t.Errorf("flow, whose mean comes twice: %+v", flow)
	}
	if n, ok := temp.Values[0].Number(); !ok || n.Sign() != -1 || !temp.Mark.Valid() || temp.Repeated() {
		t.Errorf("negative, no mark: %+v", temp)
	}
	if v, ok := empty.Value("Rtd"); ok || v.Measure != "Rtd" {
		t.Errorf("an empty value is missing: %+v", empty)
	}
	if _, ok := empty.Values[0].Number(); ok {
		t.Error("an empty value is not zero")
	}
	if again.Code != "w01018" || again.Values[0].Text != "1" {
		t.Errorf("the same factor in a second group: %+v", again)
	}
	if _, ok := cpm.Values[0].Number(); ok || state.Code != "SB1" {
		t.Errorf("%+v %+v", cpm, state)
	}
	if log.Values[0].Log() != "a,b" || log.Values[0].Text != "//a,b//" || (Value{Text: "//"}).Log() != "//" {
		t.Errorf("%+v", log)
	}
	if m := Mark("P"); m.Valid() || m.Words() == "" {
		t.Error("an unknown mark is not valid")
	}
}

func TestSplit(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, Zone)
	part := func(mn, no, items string) Frame {
		return one(t, "QN=2026030108000000"+no+";ST=31;CN=2051;MN="+mn+";Flag=7;PNUM=3;PNO="+no+";CP=&&DataTime=20260301080000,"+items+"&&")
	}
	a := NewAssembler(AssemblerOptions{MaxGroups: 2})
	whole := one(t, "ST=31;CN=2051;MN=S1;CP=&&a-Avg=1&&")
	if got, ok := a.Add(whole, now); !ok || len(got.Items) != 1 {
		t.Error("what is not split is whole")
	}
	for _, no := range []string{"3", "1", "3"} {
		if _, ok := a.Add(part("S1", no, "a"+no+"-Avg="+no+",a"+no+"-Flag=N"), now); ok {
			t.Fatal("whole too early")
		}
	}
	got, ok := a.Add(part("S1", "2", "a2-Avg=2;b2-Avg=2"), now)
	want := `frame 0 edition 2017 QN=20260301080000001 ST=31 CN=2051 MN=S1 Flag=5 | DataTime="20260301080000" a1-Avg="1" a1-Flag="N" | a2-Avg="2" | b2-Avg="2" | a3-Avg="3" a3-Flag="N"`
	if !ok || show(&got) != want {
		t.Errorf("%v %s\nwant %s", ok, show(&got), want)
	}
	if _, ok := a.Add(part("S1", "2", "a2-Avg=2"), now); ok {
		t.Error("a resent part begins nothing")
	}
	// Parts of two devices do not mix; a third report takes the place of the oldest.
	a.Add(part("S2", "1", "a-Avg=1"), now.Add(time.Second))
	a.Add(part("S3", "2", "a-Avg=1"), now.Add(2*time.Second))
	a.Add(part("S4", "3", "a-Avg=1"), now.Add(3*time.Second))
	left := a.Expire(now.Add(62 * time.Second))
	if len(left) != 2 || left[0].Parts[0].MN != "S2" || left[1].Parts[0].MN != "S3" || len(left[1].Missing) != 2 || left[1].Missing[1] != 3 {
		t.Errorf("%+v", left)
	}
	if left := a.Expire(now.Add(63 * time.Second)); len(left) != 1 || a.Expire(now.Add(time.Hour)) != nil {
		t.Errorf("%+v", left)
	}
	for _, bad := range []string{"PNUM=2;PNO=3", "PNUM=2;PNO=0", "PNUM=2", "PNUM=100;PNO=1"} {
		f := one(t, "ST=31;CN=2051;MN=S1;Flag=6;"+bad+";CP=&&&&")
		if _, ok := a.Add(f, now); ok || len(a.groups) != 0 {
			t.Errorf("%s is taken", bad)
		}
	}
	zero := one(t, "ST=31;CN=2051;PW=123456;MN=S2;PNO=0002;PNUM=0002;CP=&&DataTime=20260301080000;a-Avg=1&&")
	if !zero.Part() {
		t.Error("PNUM without Flag is a part")
	}
}
