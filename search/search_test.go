package search_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/search"
)

var ctx = context.Background()

const county = "100000"

func TestMain(m *testing.M) { dbtest.Main(m) }

func put(t testing.TB, d *db.DB, entries ...search.Entry) {
	t.Helper()
	err := d.Write(ctx, func(tx *db.Tx) error {
		for _, e := range entries {
			if e.County == "" {
				e.County = county
			}
			if err := search.Put(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func try(d *db.DB, q search.Query) (res search.Results, err error) {
	if q.County == "" {
		q.County = county
	}
	if q.Limit == 0 {
		q.Limit = 20
	}
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		res, err = search.Find(ctx, tx, q)
		return err
	})
	return res, err
}

func find(t testing.TB, d *db.DB, q search.Query) search.Results {
	t.Helper()
	res, err := try(d, q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return res
}

// keys finds all pages of a query and checks that they agree with its total.
func keys(t testing.TB, d *db.DB, q search.Query) (keys []string) {
	t.Helper()
	for {
		res := find(t, d, q)
		for _, h := range res.Hits {
			keys = append(keys, h.Key)
		}
		if res.Next == "" {
			if res.Total != len(keys) {
				t.Errorf("%+v: total %d, but %d on all pages", q, res.Total, len(keys))
			}
			return keys
		}
		q.After = res.Next
	}
}

func day(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// shelf is a small county's invented documents.
func shelf(t testing.TB) []search.Entry {
	return []search.Entry{
		{Key: "a", Version: 1, Title: "关于印发青石县水源地保护方案的通知", Kind: "通知", Issuer: "青石县人民政府办公室", SignedOn: day(t, "2023-03-01"),
			Units: []string{"青石县水利局", "青石县生态环境局"},
			Body:  "青政办发〔2023〕7号\n各乡镇人民政府：\n化学需氧量（COD）不高于20mg/L，水质达到Ⅲ类，达标率不低于85%。"},
		{Key: "b", Version: 3, Title: "青石县河道管理办法", Kind: "办法", Issuer: "青石县人民政府", SignedOn: day(t, "2023-06-30"),
			Units: []string{"青石县水利局"},
			Body:  "水源地周边不得堆放垃圾。水源地保护按前款执行。水源地巡查每月一次，水源地档案长期保存。"},
		{Key: "c", Version: 1, Title: "关于开展水源地巡查的通知", Kind: "通知", Issuer: "青石县人民政府办公室", SignedOn: day(t, "2022-12-31"),
			Units: []string{"青石县生态环境局"},
			Body:  "按 照 “先急后缓”的原则，保护水环境。ＧＤＰ增长 3.5 个百分点，１２月底前完成。"},
		{Key: "d", Version: 1, Title: "关于张甲等同志任职的通知", Kind: "任免", Issuer: "青石县人民政府", SignedOn: day(t, "2023-08-15"),
			Body: "任命张甲为青石县水利局副局长（试用期一年）。提到水源地一次。保护。"},
		{Key: "e", Version: 1, Title: "无日期的文件", Kind: "公告", Body: "序言。"},
		{Key: "a", County: "200000", Title: "外县水源地保护", Body: "外县。"},
	}
}

func TestWhatIsFoundAndInWhichOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		put(t, d, shelf(t)...)
		for _, c := range []struct {
			query search.Query
			want  string
		}{
			// All in the title; newest first among equals.
			{search.Query{Text: "水源地"}, "a c b d"},
			{search.Query{Text: "水源地 保护"}, "a c d b"},
			{search.Query{Text: "水源地保护"}, "a b"},
			{search.Query{Text: "“水源地 保护”"}, "a b"},
			{search.Query{Text: "「水源地保护」 方案"}, "a"},
			{search.Query{Text: "水源地", Sort: search.ByDate}, "d b a c"},
			// One letter.
			{search.Query{Text: "水"}, "a c b d"},
			{search.Query{Text: "缓"}, "c"},
			{search.Query{Text: "言"}, "e"},
			// Numbers and Latin letters, of any case and width.
			{search.Query{Text: "COD"}, "a"},
			{search.Query{Text: "ｃｏｄ"}, "a"},
			{search.Query{Text: "gdp"}, "c"},
			{search.Query{Text: "12月底前"}, "c"},
			{search.Query{Text: "3.5"}, "c"},
			{search.Query{Text: "35"}, ""},
			{search.Query{Text: "85%"}, "a"},
			{search.Query{Text: "85"}, "a"},
			{search.Query{Text: "III类"}, "a"},
			// A document's number, however it is typed.
			{search.Query{Text: "青政办发〔2023〕7号"}, "a"},
			{search.Query{Text: "青政办发[2023]7号"}, "a"},
			{search.Query{Text: "青政办发（2023）7号"}, "a"},
			{search.Query{Text: "青政办发【２０２３】７号"}, "a"},
			{search.Query{Text: "青政办发2023 7号"}, "a"},
			{search.Query{Text: "青政办发〔2023〕 7 号"}, "a"},
			{search.Query{Text: "青政办发20237号"}, "a"},
			{search.Query{Text: "青政办发〔2022〕7号"}, ""},
			// Spaces in the text, punctuation of any kind, but not none.
			{search.Query{Text: "按照先急后缓的原则"}, "c"},
			{search.Query{Text: "垃圾；水源地"}, "b"},
			{search.Query{Text: "垃圾水源地"}, ""},
			// The other fields, alone and together.
			{search.Query{Unit: "青石县水利局"}, "b a"},
			{search.Query{Unit: "水利局"}, ""},
			{search.Query{Kind: "通知"}, "a c"},
			{search.Query{Issuer: "青石县人民政府"}, "d b"},
			{search.Query{From: day(t, "2023-03-01")}, "d b a"},
			{search.Query{To: day(t, "2023-03-01")}, "a c"},
			{search.Query{From: day(t, "2023-03-01"), To: day(t, "2023-03-01")}, "a"},
			{search.Query{Text: "水", Kind: "通知", Unit: "青石县水利局", From: day(t, "2023-01-01")}, "a"},
			{search.Query{Text: "保护 COD", Kind: "办法"}, ""},
			{search.Query{County: "200000", Text: "水源地"}, "a"},
			{search.Query{County: "300000", Text: "水源地"}, ""},
		} {
			for _, limit := range []int{1, 2, 100} {
				c.query.Limit = limit
				if got := strings.Join(keys(t, d, c.query), " "); got != c.want {
					t.Errorf("%+v: want %q, got %q", c.query, c.want, got)
				}
			}
		}
	})
}

func TestRankSaysWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		put(t, d, shelf(t)...)
		want := map[string]search.Rank{"a": search.InTitle, "c": search.PartTitle, "b": search.Mentioned, "d": search.Mentioned}
		for _, h := range find(t, d, search.Query{Text: "水源地 保护"}).Hits {
			if h.Rank != want[h.Key] {
				t.Errorf("%s: want rank %d, got %d", h.Key, want[h.Key], h.Rank)
			}
		}
		want = map[string]search.Rank{"a": search.InTitle, "c": search.InTitle, "b": search.Often, "d": search.Mentioned}
		for _, h := range find(t, d, search.Query{Text: "水源地"}).Hits {
			if h.Rank != want[h.Key] {
				t.Errorf("%s: want rank %d, got %d", h.Key, want[h.Key], h.Rank)
			}
		}
	})
}

func TestHitCarriesTheDocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		put(t, d, shelf(t)...)
		h := find(t, d, search.Query{Text: "河道 巡查每月"}).Hits[0]
		if h.Key != "b" || h.Version != 3 || h.Kind != "办法" || h.Issuer != "青石县人民政府" || h.SignedOn != day(t, "2023-06-30") {
			t.Errorf("%+v", h)
		}
		if got := brackets(h.Title); got != "青石县[河道]管理办法" {
			t.Error(got)
		}
		if got := brackets(h.Snippet); got != "…水源地[巡查每月]一次，水源地档案长期保存。" {
			t.Error(got)
		}
	})
}

func brackets(m search.Marked) string {
	var b strings.Builder
	for _, p := range m.Parts() {
		if p.Marked {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestPutReplacesAndRemoveRemoves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		put(t, d, search.Entry{Key: "a", Version: 1, Title: "旧题", Body: "旧文", Units: []string{"甲局", "甲局"}})
		put(t, d, search.Entry{Key: "a", Version: 2, Title: "新题", Body: "新文", Units: []string{"乙局"}})
		for text, want := range map[string]int{"旧": 0, "旧文": 0, "新题": 1, "新": 1} {
			if n := find(t, d, search.Query{Text: text}).Total; n != want {
				t.Errorf("%s: %d hits, want %d", text, n, want)
			}
		}
		if n := find(t, d, search.Query{Unit: "甲局"}).Total; n != 0 {
			t.Error("found by the old version's unit")
		}
		for range 2 { // the second time there is none
			err := d.Write(ctx, func(tx *db.Tx) error { return search.Remove(ctx, tx, county, "a") })
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := find(t, d, search.Query{Text: "新"}).Total + find(t, d, search.Query{Unit: "乙局"}).Total; n != 0 {
			t.Error("found after it was removed")
		}
	})
}

func TestFoundInABackup(t *testing.T) {
	d := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	put(t, d, shelf(t)...)
	path := t.TempDir() + "/copy.db"
	if err := d.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	copied := dbtest.Open(t, path, time.Now)
	put(t, copied, search.Entry{Key: "c", Title: "改后"})
	if got := strings.Join(keys(t, copied, search.Query{Text: "水源地"}), " "); got != "a b d" {
		t.Error("want a b d, got", got)
	}
}

func TestOddTexts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		put(t, d,
			search.Entry{Key: "empty"},
			search.Entry{Key: "dots", Title: "……", Body: "。。。"},
			search.Entry{Key: "broken", Title: "坏\xff字", Body: "零\x00字节"},
			search.Entry{Key: "quotes", Title: `it's "x" \ ' & | ! <-> : *`, Body: `NEAR(a b) OR -c ^d {e} 'f':1A`},
			search.Entry{Key: "rare", Title: "𰻝𰻝面", Body: "𠮷野家，⼀个，㎡，①，é"},
			search.Entry{Key: "long", Title: "长文", Body: strings.Repeat("甲乙丙丁。", 60000) + "末尾之语"},
			search.Entry{Key: "one", Title: "一字", Body: strings.Repeat("水", 500000)},
		)
		for text, want := range map[string]string{
			"坏": "broken", "字节": "broken", "its": "quotes", "NEAR(a b)": "quotes", `"a b" or`: "quotes", "-c": "quotes quotes", "{e}": "quotes", "1a": "quotes",
			"𰻝": "rare", "𰻝面": "rare", "𠮷野": "rare", "一个": "rare", "m2": "rare", "e": "quotes rare", "1": "quotes rare",
			"丁甲": "", "丁。甲乙": "long", "末尾之语": "long", "丁，末尾": "long", strings.Repeat("水", 200): "one", "水": "one",
		} {
			got := map[string]bool{}
			for _, k := range keys(t, d, search.Query{Text: text, Limit: 100}) {
				got[k] = true
			}
			for _, k := range strings.Fields(want) {
				if !got[k] {
					t.Errorf("%.20q: %s is not found", text, k)
				}
			}
			if len(want) == 0 && len(got) > 0 {
				t.Errorf("%.20q: found %v", text, got)
			}
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			return search.Put(ctx, tx, search.Entry{County: county, Key: "huge", Body: strings.Repeat("x", search.MaxBody+1)})
		})
		if err == nil || !strings.Contains(err.Error(), "at most") {
			t.Error("a text without end:", err)
		}
	})
}

// A word that lies across two parts of a long text is found.
func TestSeamsOfLongTexts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const word = "青石县水源地保护区"
		for i := range 12 {
			put(t, d, search.Entry{Key: fmt.Sprint(i), Title: "长文", Body: strings.Repeat("甲", 39988+i) + word + strings.Repeat("乙", 100)})
		}
		if n := find(t, d, search.Query{Text: word}).Total; n != 12 {
			t.Errorf("%d of 12 are found", n)
		}
	})
}

func TestTooWideIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		cursor := "MCAyMDIzLTAxLTAxIGE"
		for _, c := range []struct {
			query search.Query
			field string
			says  string
		}{
			{search.Query{}, "Text", "至少"},
			{search.Query{Text: "  　 "}, "Text", "至少"},
			{search.Query{Text: "，。（）"}, "Text", "没有文字"},
			{search.Query{Text: strings.Repeat("水", 201)}, "Text", "最多200个字"},
			{search.Query{Text: "1 2 3 4 5 6 7 8 9 a b c d e f g h i j k l"}, "Text", "最多20个"},
			{search.Query{Text: "水", Limit: 101}, "Limit", "1到100"},
			{search.Query{Text: "水", Limit: -1}, "Limit", "1到100"},
			{search.Query{Text: "水", From: day(t, "2023-02-01"), To: day(t, "2023-01-31")}, "To", "不能早于"},
			{search.Query{Text: "水", Sort: "size"}, "Sort", "date"},
			{search.Query{Text: "水", After: "!"}, "After", "第一页"},
			{search.Query{Text: "水", After: cursor[:8]}, "After", "第一页"},
			{search.Query{Text: "水", After: strings.Repeat("A", 5000)}, "After", "第一页"},
		} {
			_, err := try(d, c.query)
			var wide *search.TooWide
			if !errors.As(err, &wide) || wide.Field != c.field || !strings.Contains(wide.Message, c.says) {
				t.Errorf("%+v: want %s refused with %q, got %v", c.query, c.field, c.says, err)
			}
		}
		for _, q := range []search.Query{
			{Text: strings.Repeat("水", 200)}, {Text: "水", Limit: 100}, {Text: "水", After: cursor}, {Kind: "通知"},
		} {
			if _, err := try(d, q); err != nil {
				t.Errorf("%+v: %v", q, err)
			}
		}
	})
}

// What is found in random texts is what a plain search for substrings finds, on both databases.
func TestHitsEqualPlainSearch(t *testing.T) {
	const seed, documents, queries = 7, 120, 400
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rnd := rand.New(rand.NewPCG(seed, seed))
		alphabet := []rune("水水水源地保护的大气土壤0123ab。") // few, so that many words come in many places
		text := func(n int) string {
			rs := make([]rune, n)
			for i := range rs {
				if rs[i] = alphabet[rnd.IntN(len(alphabet))]; rs[i] == '。' && (i == 0 || i == n-1 || rs[i-1] == '。') {
					rs[i] = '水'
				}
			}
			return string(rs)
		}
		titles, bodies := map[string]string{}, map[string]string{}
		for i := range documents {
			key := fmt.Sprintf("%03d", i)
			titles[key], bodies[key] = text(1+rnd.IntN(12)), text(1+rnd.IntN(300))
			put(t, d, search.Entry{Key: key, Title: titles[key], Body: bodies[key]})
			if i%5 == 4 { // some are replaced
				bodies[key] = text(1 + rnd.IntN(300))
				put(t, d, search.Entry{Key: key, Title: titles[key], Body: bodies[key]})
			}
		}
		hits := 0
		for range queries {
			var words []string
			for range 1 + rnd.IntN(3) {
				words = append(words, text(1+rnd.IntN(5)))
			}
			var want []string
			for key := range titles {
				if !slices.ContainsFunc(words, func(w string) bool {
					return !strings.Contains(titles[key], w) && !strings.Contains(bodies[key], w) && !strings.Contains(titles[key]+"。"+bodies[key], w)
				}) {
					want = append(want, key)
				}
			}
			slices.Sort(want)
			hits += len(want)
			q := search.Query{Text: strings.Join(words, " "), Limit: 1 + rnd.IntN(100)}
			got := keys(t, d, q)
			sorted := slices.Sorted(slices.Values(got))
			if !slices.Equal(sorted, want) {
				t.Fatalf("%q: want %v, got %v", q.Text, want, got)
			}
			for _, h := range find(t, d, q).Hits {
				inTitle := 0
				for _, w := range words {
					if strings.Contains(titles[h.Key], w) {
						inTitle++
					}
				}
				if all := inTitle == len(words); all != (h.Rank == search.InTitle) || !all && inTitle > 0 != (h.Rank == search.PartTitle) {
					t.Fatalf("%q: rank %d with %d words in the title %q", q.Text, h.Rank, inTitle, titles[h.Key])
				}
			}
		}
		if hits < queries {
			t.Errorf("%d hits in %d queries: too few to show anything", hits, queries)
		}
	})
}

// Both databases give the same pages.
func TestBothDatabasesAgree(t *testing.T) {
	lite := dbtest.Open(t, dbtest.DSN(t, db.SQLite), time.Now)
	pg := dbtest.Open(t, dbtest.DSN(t, db.PostgreSQL), time.Now)
	entries := corpus(200, 2000)
	put(t, lite, entries...)
	put(t, pg, entries...)
	for _, text := range []string{"的", "工作", "人民政府", "水 治理", "重点任务 2023", "责任单位"} {
		for _, sort := range []search.Sort{search.ByRelevance, search.ByDate} {
			q := search.Query{Text: text, Sort: sort}
			a, b := find(t, lite, q), find(t, pg, q)
			if fmt.Sprint(a) != fmt.Sprint(b) || a.Total == 0 {
				t.Errorf("%s: SQLite and PostgreSQL differ, or find nothing:\n%v\n%v", text, a, b)
			}
		}
	}
}
