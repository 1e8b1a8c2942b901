package personnel_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/counties"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/edition"
	"zhixing/journal"
	"zhixing/org"
	"zhixing/personnel"
	"zhixing/policy"
	"zhixing/publication"
)

var ctx = context.Background()

func TestMain(m *testing.M) { dbtest.Main(m) }

// story is the demonstration county with its posts and its press, on a clock that the story sets. Nobody is in the
// records yet.
type story struct {
	*testing.T
	db     *db.DB
	clock  *dbtest.Clock
	book   *personnel.Book
	county string
	press  *publication.Press
	issues int
	text   string // of the newest notice
}

func stories(t *testing.T, tell func(s *story)) {
	county, err := policy.LoadCounty(counties.Demonstration())
	if err != nil {
		t.Fatal(err)
	}
	code := string(county.Place.Code)
	clock := dbtest.At("2023-10-09")
	for _, dialect := range dbtest.Dialects {
		t.Run(string(dialect), func(t *testing.T) {
			clock.Set("2023-10-09")
			d := dbtest.Open(t, dbtest.DSN(t, dialect), clock.Now)
			log, err := journal.OpenLog(ctx, d, code, "gazette.example.org/log", "")
			if err != nil {
				t.Fatal(err)
			}
			tell(&story{T: t, db: d, clock: clock, book: county.Book, county: code, press: &publication.Press{DB: d, Log: log,
				County: edition.County{Code: code, Name: county.Place.County}, Directory: county.Directory}})
		})
	}
}

var editor, publisher = publication.Actor{Name: "编辑甲", MayDraft: true}, publication.Actor{Name: "签发乙", MayDraft: true, MayPublish: true}

// publish brings an issue out and gives its documents.
func (s *story) publish(text string) {
	s.Helper()
	var d publication.Draft
	s.write(func(tx *db.Tx) (err error) {
		d, err = publication.Upload(ctx, tx, s.county, editor, publication.Manuscript{Filename: "稿件.txt", Raw: []byte(text), Source: text})
		if err == nil {
			d, err = publication.Submit(ctx, tx, d.At(), editor)
		}
		return err
	})
	if _, err := s.press.Publish(ctx, d.At(), publisher); err != nil {
		s.Fatal(err)
	}
}

// notice publishes an issue with one personnel notice: what stands between its opening and its signature.
func (s *story) notice(body string) publication.Key {
	s.Helper()
	s.issues++
	no := 900 + s.issues
	text := strings.NewReplacer("ISSUE", fmt.Sprint(s.issues), "NO", fmt.Sprint(no), "BODY", body, "DAY", calendar.DateOf(s.clock.Now()).Chinese()).Replace(noticeText)
	s.text = text
	s.publish(text)
	return publication.Key(fmt.Sprintf("绛政任/2024/%d", no))
}

const noticeText = `绛县人民政府公报

2024年第ISSUE期

绛县人民政府办公室 主管主办

DAY出版

绛县人民政府关于示例职务任免的通知

绛政任〔2024〕NO号

各乡（镇）人民政府，县直各有关单位：

本件为演示。县人民政府DAY会议决定：

BODY

绛县人民政府

DAY

（此件公开发布）
`

func (s *story) write(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Write(ctx, do); err != nil {
		s.Fatal(err)
	}
}

func (s *story) read(do func(tx *db.Tx) error) {
	s.Helper()
	if err := s.db.Read(ctx, do); err != nil {
		s.Fatal(err)
	}
}

func (s *story) takeIn() (out personnel.Taken) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		out, err = personnel.TakeIn(ctx, tx, s.book, s.county, "system")
		return err
	})
	return out
}

// seat puts somebody new into a post without a document.
func (s *story) seat(name string, post personnel.PostID, from string) (person int64) {
	s.Helper()
	s.write(func(tx *db.Tx) (err error) {
		if person, err = personnel.AddPerson(ctx, tx, s.county, "管理丙", name, ""); err != nil {
			return err
		}
		_, err = personnel.Appoint(ctx, tx, s.book, s.county, "管理丙", personnel.Move{Person: person, Post: post, On: day(from), Reason: "建账"})
		return err
	})
	return person
}

// holders are the names in a post on a day, or of a unit where the name has no stroke.
func (s *story) holders(what, on string, roles ...personnel.Role) string {
	s.Helper()
	var names []string
	s.read(func(tx *db.Tx) error {
		var held []personnel.Holder
		var err error
		if strings.Contains(what, "/") {
			held, err = personnel.HolderOf(ctx, tx, s.book, s.county, personnel.PostID(what), day(on))
		} else {
			held, err = personnel.HoldersOf(ctx, tx, s.book, s.county, what, day(on), roles...)
		}
		for _, h := range held {
			names = append(names, h.Name)
		}
		return err
	})
	return strings.Join(names, "、")
}

// Holders checks who is in a post, or in a unit's posts, on a day.
func (s *story) Holders(what, on, want string, roles ...personnel.Role) {
	s.Helper()
	if got := s.holders(what, on, roles...); got != want {
		s.Errorf("%s on %s: %q, want %q", what, on, got, want)
	}
}

// open are the open questions, the newest first.
func (s *story) open() (out []personnel.Question) {
	s.Helper()
	s.read(func(tx *db.Tx) (err error) {
		out, err = personnel.Questions(ctx, tx, s.county, true)
		return err
	})
	return out
}

// Asked checks which questions are open, as 未识别名称：县某办, in the order in which they were asked.
func (s *story) Asked(want ...string) {
	s.Helper()
	var got []string
	for _, q := range s.open() {
		got = append([]string{q.Kind.Chinese() + "：" + q.Name}, got...)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		s.Errorf("open questions\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// answer answers the open question with this name.
func (s *story) answer(name string, a personnel.Answer) error {
	s.Helper()
	for _, q := range s.open() {
		if q.Name == name {
			return s.db.Write(ctx, func(tx *db.Tx) error {
				return personnel.Settle(ctx, tx, s.book, s.county, "办公室丁", q.ID, a)
			})
		}
	}
	s.Fatalf("no open question %s in %v", name, s.open())
	return nil
}

func (s *story) Answer(name string, a personnel.Answer) {
	s.Helper()
	if err := s.answer(name, a); err != nil {
		s.Fatal(err)
	}
}

func (s *story) Refuses(err error, kind personnel.Kind, says string) {
	s.Helper()
	if personnel.KindOf(err) != kind || !strings.Contains(personnel.Message(err), says) {
		s.Errorf("want kind %d and a message with %q, got kind %d: %v", kind, says, personnel.KindOf(err), err)
	}
}

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// The eighteen moves of the demonstration county's notice.
func TestNoticeOfTheDemonstrationIsTakenIn(t *testing.T) {
	text, err := os.ReadFile("../counties/jiangxian/gazette/2023-3.txt")
	if err != nil {
		t.Fatal(err)
	}
	const doc = "绛政任/2023/4"
	stories(t, func(s *story) {
		chen := s.seat("示例辰", "县审计局/副局长", "2020-03-01") // one of the removed is in the records, the others are not
		ji := s.seat("示例己", "县审计局/审计员", "2021-01-04")   // and so is one of the appointed
		s.publish(string(text))
		if got, want := s.takeIn(), (personnel.Taken{Appointed: 9, Removed: 1, Waiting: 8}); got != want {
			s.Errorf("taken in %+v, want %+v", got, want)
		}
		for post, name := range map[string]string{"县公安局/督察长": "示例甲", "县融媒体中心/总编": "示例乙", "县招商投资促进中心/主任": "示例丙",
			"绛县中学/校长": "示例丁", "县文物保护中心/主任": "示例戊", "县审计局/副局长": "示例己", "县综合检验检测中心/副主任": "示例庚",
			"县国际金融和国库支付中心/主任": "示例辛", "县疾病预防控制中心（县卫生监督所）/主任": "示例壬"} {
			s.Holders(post, "2023-09-08", name)
			if post != "县审计局/副局长" {
				s.Holders(post, "2023-09-07", "")
			}
		}
		s.Holders("县审计局/副局长", "2023-09-07", "示例辰")
		s.read(func(tx *db.Tx) error {
			t, err := personnel.Tenures(ctx, tx, s.county, personnel.TenureFilter{Person: chen}, time.Time{})
			if len(t) != 1 || t[0].Until != day("2023-09-08") || t[0].UntilBasis.Doc != doc || t[0].UntilBasis.Clause == "" {
				s.Errorf("示例辰 is %+v", t)
			}
			if t, _ = personnel.Tenures(ctx, tx, s.county, personnel.TenureFilter{Person: ji}, time.Time{}); len(t) != 2 {
				s.Errorf("示例己 became two persons: %+v", t)
			}
			t, _ = personnel.Tenures(ctx, tx, s.county, personnel.TenureFilter{Post: "县融媒体中心/总编"}, time.Time{})
			if len(t) != 1 || t[0].ProbationUntil != day("2024-09-07") || t[0].Rank != "正科级" || t[0].FromBasis.Doc != doc {
				s.Errorf("示例乙 is %+v", t)
			}
			return err
		})
		// Again, nothing more; what waits, waits.
		if got := s.takeIn(); got != (personnel.Taken{Waiting: 8}) || len(s.open()) != 8 {
			s.Errorf("the second time %+v", got)
		}
		// A removal tells that he held it; since when, the office may know.
		s.Answer("免去示例戊的县招商引资局局长职务", personnel.Answer{Choice: personnel.HeldSince, Day: day("2019-05-06")})
		s.Holders("县招商引资局/局长", "2019-05-05", "")
		s.Holders("县招商引资局/局长", "2023-09-07", "示例戊")
		s.Holders("县招商引资局/局长", "2023-09-08", "")
		s.Answer("免去示例癸的县卫生健康综合行政执法队队长职务", personnel.Answer{Choice: personnel.HeldSince})
		s.Holders("县卫生健康综合行政执法队/队长", "2001-01-01", "示例癸") // nobody knows since when
		s.Holders("县卫生健康综合行政执法队/队长", "2023-09-08", "")
		s.Refuses(s.answer("免去示例巳的县安峪工业园区服务中心副主任职务", personnel.Answer{Choice: personnel.Dismiss}), personnel.Invalid, "理由")
		s.Answer("免去示例巳的县安峪工业园区服务中心副主任职务", personnel.Answer{Choice: personnel.Dismiss, Reason: "启用前的任职不补记"})
		s.Refuses(s.answer("免去示例寅的县迴马岭革命教育中心（绛县旅游服务中心）主任职务",
			personnel.Answer{Choice: personnel.HeldSince, Day: day("2023-09-08")}), personnel.Invalid, "须早于")
		if got := s.takeIn(); got.Waiting != 5 || len(s.open()) != 5 {
			s.Errorf("after three answers: %+v", got)
		}
	})
}

// Removed by one notice and appointed by the same: the single post is never double and never silently replaced.
func TestOccupiedPost(t *testing.T) {
	stories(t, func(s *story) {
		s.seat("示例子", "县水务局/局长", "2020-01-01")
		s.clock.Set("2024-03-04")
		s.notice("任命：\n\n示例丑同志任县水务局局长。\n\n免去：\n\n示例子同志县水务局局长职务。")
		if got := s.takeIn(); got != (personnel.Taken{Appointed: 1, Removed: 1}) {
			s.Errorf("taken in %+v", got)
		}
		s.Holders("县水务局/局长", "2024-03-03", "示例子")
		s.Holders("县水务局/局长", "2024-03-04", "示例丑")

		s.clock.Set("2024-05-06")
		s.notice("任命：\n\n示例寅同志任县水务局局长。")
		if got := s.takeIn(); got != (personnel.Taken{Waiting: 1}) {
			s.Errorf("taken in %+v", got)
		}
		s.Asked("职务已有人：示例寅任县水务局局长")
		s.Holders("县水务局/局长", "2024-05-06", "示例丑")
		s.read(func(tx *db.Tx) error {
			p, err := personnel.Persons(ctx, tx, s.county, "示例寅")
			if len(p) != 0 {
				s.Error("somebody who has no post yet was recorded")
			}
			return err
		})
		s.Answer("示例寅任县水务局局长", personnel.Answer{Choice: personnel.Displace, Reason: "原任已退休"})
		s.Asked()
		s.Holders("县水务局/局长", "2024-05-05", "示例丑")
		s.Holders("县水务局/局长", "2024-05-06", "示例寅")
		q := personnel.QuestionID(1)
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			return personnel.Settle(ctx, tx, s.book, s.county, "办公室戊", q, personnel.Answer{Choice: personnel.Dismiss, Reason: "再想想"})
		})
		s.Refuses(err, personnel.Conflict, "已由办公室丁答复")

		// The office may also put things right itself; the question is then settled.
		s.clock.Set("2024-07-01")
		s.notice("任命：\n\n示例卯同志任县水务局局长。")
		s.takeIn()
		s.Asked("职务已有人：示例卯任县水务局局长")
		s.write(func(tx *db.Tx) error {
			p, err := personnel.Persons(ctx, tx, s.county, "示例寅")
			if err != nil {
				return err
			}
			_, err = personnel.Remove(ctx, tx, s.book, s.county, "办公室丁", personnel.Move{Person: p[0].ID, Post: "县水务局/局长", On: day("2024-06-30"), Reason: "调离"})
			return err
		})
		s.takeIn()
		s.Asked()
		s.Holders("县水务局/局长", "2024-06-30", "")
		s.Holders("县水务局/局长", "2024-07-01", "示例卯")
	})
}

// A name that fits no unit is asked about once, remembered, and then takes effect.
func TestUnknownNames(t *testing.T) {
	stories(t, func(s *story) {
		s.clock.Set("2024-02-05")
		key := s.notice("任命：\n\n示例子同志任县河湖管护局局长；\n\n示例丑同志任县河湖管护局副局长。")
		s.takeIn()
		s.takeIn()
		s.Asked("未识别名称：县河湖管护局")
		// The ledger asks about the same name in another document, and again in the same one.
		ask := personnel.Question{Kind: personnel.UnknownName, Name: "县河湖 管护局", Doc: "绛政办发/2023/12", Clause: "空气#三(四)18", Context: "（责任单位：县河湖管护局）"}
		var first, second personnel.Question
		s.write(func(tx *db.Tx) (err error) {
			if first, err = personnel.Ask(ctx, tx, s.county, ask); err != nil {
				return err
			}
			second, err = personnel.Ask(ctx, tx, s.county, ask)
			return err
		})
		if first.ID != second.ID || first.ID == 0 {
			s.Errorf("asked twice: %d and %d", first.ID, second.ID)
		}
		s.Refuses(s.answer("县河湖管护局", personnel.Answer{Choice: personnel.SameUnit, Unit: "县河神庙"}), personnel.NotFound, "没有哪个单位")
		s.Refuses(s.answer("县河湖管护局", personnel.Answer{Choice: personnel.Displace}), personnel.Invalid, "列出的办法")
		s.Holders("县水务局/局长", "2024-02-05", "")
		s.Answer("县河湖管护局", personnel.Answer{Choice: personnel.SameUnit, Unit: "县水利局"}) // a misprint leads to the unit as well
		s.Asked()                                                                      // everywhere
		s.Holders("县水务局/局长", "2024-02-05", "示例子")
		s.Holders("县水务局/副局长", "2024-02-05", "示例丑")
		resolve := func(doc, name, want string) {
			s.Helper()
			s.read(func(tx *db.Tx) error {
				u, ok, err := personnel.Resolve(ctx, tx, s.book, s.county, doc, name)
				if u.Name != want || ok != (want != "") {
					s.Errorf("%s in %s is %q, %v, want %q", name, doc, u.Name, ok, want)
				}
				return err
			})
		}
		resolve("绛政办发〔2023〕12号", "县河湖管护局", "县水务局")
		resolve("绛政发〔2023〕15号", "本局", "县气象局") // of the folder, in that document alone
		resolve("绛政办发〔2023〕12号", "本局", "")

		// In one document only.
		s.write(func(tx *db.Tx) error {
			return personnel.RememberAlias(ctx, tx, s.book, s.county, "办公室丁", personnel.Alias{Name: "攻坚办", Doc: key, Unit: "县能源局", Reason: "见正文"})
		})
		resolve(key.No(), "攻坚办", "县能源局")
		resolve("绛政办发〔2023〕12号", "攻坚办", "")
		// Mistaken, and taken back.
		s.write(func(tx *db.Tx) error {
			return personnel.RememberAlias(ctx, tx, s.book, s.county, "办公室丁", personnel.Alias{Name: "攻坚办", Doc: key, Reason: "弄错了"})
		})
		resolve(key.No(), "攻坚办", "")

		// A new unit gets the posts that the folder gives to its kind.
		s.clock.Set("2024-03-05")
		s.notice("任命：\n\n示例寅同志任县数据局局长（试用期一年）；\n\n示例卯同志任县数据局总数据师。")
		s.takeIn()
		s.Asked("未识别名称：县数据局")
		s.Answer("县数据局", personnel.Answer{Choice: personnel.NewUnit, UnitKind: org.Department})
		s.Holders("县数据局/局长", "2024-03-05", "示例寅")
		s.Asked("未列出的职务：县数据局/总数据师")
		s.Refuses(s.answer("县数据局/总数据师", personnel.Answer{Choice: personnel.NewPost, Role: "boss"}), personnel.Invalid, "角色")
		s.Answer("县数据局/总数据师", personnel.Answer{Choice: personnel.NewPost, Role: personnel.Head, Seats: 1})
		s.Asked()
		s.Holders("县数据局", "2024-03-05", "示例寅、示例卯", personnel.Head)
		resolve("", "县数据局", "县数据局")

		s.clock.Set("2024-04-01")
		s.notice("任命：\n\n示例辰同志任县数据局代理局长。")
		s.takeIn()
		s.Asked("未列出的职务：县数据局/代理局长")
		s.Answer("县数据局/代理局长", personnel.Answer{Choice: personnel.Dismiss, Reason: "代理不算任职"})
		if got := s.takeIn(); got != (personnel.Taken{}) {
			s.Errorf("after it was dismissed: %+v", got)
		}
	})
}

func TestNamesakes(t *testing.T) {
	stories(t, func(s *story) {
		s.seat("示例子", "县水务局/副局长", "2020-01-01")
		other := s.seat("示例子", "县能源局/经办人", "2020-01-01")
		s.clock.Set("2024-02-05")
		s.notice("任命：\n\n示例子同志任县能源局局长。\n\n免去：\n\n示例子同志县水务局副局长职务。")
		if got := s.takeIn(); got != (personnel.Taken{Removed: 1, Waiting: 1}) { // who is removed is told by what he held
			s.Errorf("taken in %+v", got)
		}
		s.Asked("同名人员：示例子任县能源局局长")
		s.Answer("示例子任县能源局局长", personnel.Answer{Choice: personnel.IsPerson, Person: other})
		s.read(func(tx *db.Tx) error {
			held, err := personnel.HolderOf(ctx, tx, s.book, s.county, "县能源局/局长", day("2024-02-05"))
			if len(held) != 1 || held[0].Person != other {
				s.Errorf("局长 is %+v", held)
			}
			return err
		})
	})
}

// A leading group is made of posts: the new holder is a member from his first day, and finds it in his seats.
func TestGroupFollowsThePost(t *testing.T) {
	const group = "绛县2023年农业生产托管试点项目工作领导小组"
	stories(t, func(s *story) {
		old := s.seat("示例子", "县农业农村局/局长", "2020-01-01")
		s.seat("示例丑", "古绛镇/镇长", "2021-01-01")
		s.write(func(tx *db.Tx) error { return personnel.BindAccount(ctx, tx, s.county, "管理丙", old, "账号子") })
		s.clock.Set("2024-02-05")
		s.notice("任命：\n\n示例寅同志任县农业农村局局长。\n\n免去：\n\n示例子同志县农业农村局局长职务。")
		s.takeIn()
		s.Holders(group, "2024-02-04", "示例子、示例丑")
		s.Holders(group, "2024-02-05", "示例寅、示例丑")
		s.Holders("绛县2023年农业生产托管试点项目工作领导小组办公室", "2024-02-05", "示例寅")
		s.Holders("县农业农村局", "2024-02-05", "示例寅", personnel.Head)
		s.Holders("县农业农村局", "2024-02-05", "", personnel.Member)
		seats := func(account, on string) (out string) {
			s.read(func(tx *db.Tx) error {
				held, err := personnel.SeatsOf(ctx, tx, s.book, s.county, account, day(on))
				for _, x := range held {
					out += fmt.Sprintf("%s %s %v %d;", x.Post, x.Role, x.Town, len(x.Groups))
				}
				return err
			})
			return out
		}
		if got := seats("账号子", "2024-02-04"); got != "县农业农村局/局长 head false 3;" {
			s.Errorf("seats before: %s", got)
		}
		if got := seats("账号子", "2024-02-05"); got != "" {
			s.Errorf("seats after: %s", got)
		}
		s.write(func(tx *db.Tx) error {
			p, err := personnel.Persons(ctx, tx, s.county, "示例寅")
			if err != nil {
				return err
			}
			err = personnel.BindAccount(ctx, tx, s.county, "管理丙", p[0].ID, "账号子")
			s.Refuses(err, personnel.Conflict, "另一人")
			if err := personnel.BindAccount(ctx, tx, s.county, "管理丙", 0, "账号子"); err != nil {
				return err
			}
			return personnel.BindAccount(ctx, tx, s.county, "管理丙", p[0].ID, "账号子")
		})
		if got := seats("账号子", "2024-02-05"); got != "县农业农村局/局长 head false 3;" {
			s.Errorf("seats of the new holder: %s", got)
		}
		if got := seats("账号丑", "2024-02-05"); got != "" {
			s.Errorf("seats of nobody: %s", got)
		}
		// Roles that documents name stand for posts as well.
		s.seat("示例卯", "绛县人民政府/分管农业的副县长", "2024-01-01")
		s.Holders("分管农业副县长", "2024-02-05", "示例卯")
	})
}
