package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhixing/account"
	"zhixing/bulletin"
	"zhixing/callup"
	"zhixing/cases"
	"zhixing/db"
	"zhixing/journal"
	"zhixing/ledger"
	"zhixing/notice"
	"zhixing/personnel"
	"zhixing/publication"
	"zhixing/register"
	"zhixing/relay"
	"zhixing/score"
	"zhixing/warning"
)

// deeds gives what pages call the records of the journal; a deed that is missing here is shown as it is written.
var deeds = func() map[string]string {
	m := map[string]string{
		"draft.upload": "上传稿件", "draft.mend": "校改", "draft.undo": "撤销一步", "draft.facts": "填写期次信息", "draft.choose": "设定公开范围",
		"draft.attach": "添加附件文件", "draft.detach": "移除附件文件", "draft.submit": "提交签发", "draft.send_back": "退回修改", "draft.publish": "签发",
		"draft.discard": "作废稿件", "draft.correct": "起草更正", "publication.publish": "公布", "publication.correct": "公布更正",
		"publication.withdraw": "撤回", "publication.load": "导入公开记录", "demo.story": "演示故事讲到此时",
		"policy.load": "载入政策包", "device.add": "登记设备", "device.change": "修改设备登记", "device.order": "给设备下命令", "device.end": "停用设备",
		"observation.sender": "发令牌", "observation.endsender": "停用令牌", "observation.import": "记入采样结果", "observation.undo": "撤销采样结果",
		"register.import": "导入台账", "register.undo_import": "撤销台账导入", "register.apart": "记下不是同一个", "register.rebuild": "重建台账", "register.heads": "记下各台账的根",
		"audience.put": "更新预警接收对象", "audience.draw": "画预定区域", "audience.undraw": "删去预定区域", "audience.drop": "移出预警接收对象", "audience.export": "导出预警接收对象",
		"audience.find": "按联系方式查接收对象", "audience.proofs": "查看订阅记录", "audience.retire": "清除到期的接收对象", "audience.withdraw": "退订预警", "audience.erase": "按本人要求删除",
		"audience.join": "订阅预警", "audience.offer": "上传接收对象名单", "audience.import": "导入预警接收对象", "audience.undo": "撤销导入接收对象",
		"audience.enter": "登记接收对象", "audience.correct": "修改接收对象", "audience.remove": "移出接收对象", "audience.look": "看一个接收对象",
		"channel.resend": "重发信息", "channel.forget": "清除信息里的号码", "forecast.take": "收网格预报文件",
	}
	for _, more := range []map[string]string{account.Deeds, personnel.Deeds, ledger.Deeds(), notice.Deeds, score.Deeds, cases.Deeds(), bulletin.Deeds, relay.Deeds, warning.Deeds, callup.Deeds()} {
		maps.Copy(m, more)
	}
	maps.Copy(m, emergencyDeeds)
	for _, d := range []register.Deed{register.Added, register.Amended, register.Corrected, register.Moved, register.Confirmed, register.Removed, register.Restored, register.Merged, register.Parted} {
		m["register."+string(d)] = "台账" + d.Chinese()
	}
	return m
}()

// pastDeed is a record of the journal as the page shows it.
type pastDeed struct {
	journal.Record
	By, Deed, About, URL string
	Long                 bool // the detail is long: folded away
}

// recordedBy is who wrote a record, as pages say it.
func recordedBy(who string) string {
	if user, ok := strings.CutPrefix(who, "console:"); ok {
		return "命令行（" + user + "）"
	}
	if who == "system" {
		return "系统"
	}
	return who
}

func pastDeedOf(r journal.Record, mayDraft bool) pastDeed {
	d := pastDeed{Record: r, By: recordedBy(r.Who), Deed: deeds[r.What], About: r.Subject, Long: len(r.Detail) > 240}
	if d.Deed == "" {
		d.Deed = r.What
	}
	if d.Detail == "{}" {
		d.Detail = ""
	}
	noun, id, _ := strings.Cut(r.Subject, "/")
	switch {
	case id == "":
		d.About = ""
	case noun == "account":
		d.About, d.URL = "账号 "+id, userURL(account.Name(id))
	case noun == "emergency":
		d.About, d.URL = "应急响应 "+id, "/emergencies/"+id
	case noun == "warning":
		d.About = "预警 " + id
		if event, n, ok := strings.Cut(id, "/"); ok {
			if _, err := strconv.Atoi(n); err == nil {
				d.URL = "/warnings/desk/" + event + "/" + n
			}
		}
	case noun == "audience":
		d.About = id
		if _, err := strconv.Atoi(id); err == nil {
			d.About, d.URL = "接收对象 "+id, "/audience/"+id
		}
	case noun == "document":
		d.About, d.URL = cmp.Or(publication.Key(id).No(), id), (&url.URL{Path: "/documents/" + id}).String()
	case noun == "person":
		d.About, d.URL = "人员 "+id, "/persons/"+id
	case noun == "duty":
		d.About, d.URL = "任务 "+id, "/ledger/"+id
	case noun == "ledger_batch":
		d.About, d.URL = "导入 "+id, "/ledger/imports/"+id
	case noun == "appeal":
		d.About, d.URL = "申诉 "+id, "/scores/appeals/"+id
	case noun == "score":
		d.About, d.URL = "考核定稿 "+id, "/scores/frozen/"+id
	case noun == "unit":
		d.About, d.URL = id, (&url.URL{Path: "/units/" + id}).String()
	case noun == "question":
		d.About, d.URL = "待确认事项 "+id, "/questions"
	case noun == "draft":
		d.About = "稿件 " + id
		if mayDraft {
			d.URL = "/desk/" + id
		}
	}
	return d
}

// maxExport is how many records one CSV holds; more is refused, never cut.
const maxExport = 100_000

func (s *Server) history(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	q := journal.Query{Who: strings.TrimSpace(v.Get("who")), What: v.Get("what"), Subject: strings.TrimSpace(v.Get("subject")), Limit: 50}
	if b := v.Get("before"); b != "" {
		n, err := strconv.ParseInt(b, 10, 64)
		if err != nil || n < 1 {
			return badRequest("before 应是一条记录的序号。")
		}
		q.Before = n
	}
	if strings.HasSuffix(r.URL.Path, ".csv") {
		return s.exportHistory(w, r, q)
	}
	return s.historyPage(w, r, q, nil)
}

func (s *Server) historyPage(w http.ResponseWriter, r *http.Request, q journal.Query, check *historyCheck) error {
	var recs []journal.Record
	var next int64
	var head journal.Head
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if head, err = journal.Newest(ctx, tx, s.countyCode); err != nil {
			return err
		}
		recs, next, err = journal.List(ctx, tx, s.countyCode, q)
		return err
	})
	if err != nil {
		return err
	}
	list := make([]pastDeed, len(recs))
	for i, rec := range recs {
		list[i] = pastDeedOf(rec, sessionOf(r).Can(account.DraftDocuments))
	}
	v := url.Values{}
	for k, x := range map[string]string{"who": q.Who, "what": q.What, "subject": q.Subject} {
		if x != "" {
			v.Set(k, x)
		}
	}
	pager := map[string]string{}
	if q.Before > 0 {
		pager["First"] = "/journal?" + v.Encode()
	}
	csv := "/journal.csv?" + v.Encode()
	if next > 0 {
		v.Set("before", strconv.FormatInt(next, 10))
		pager["Next"] = "/journal?" + v.Encode()
	}
	p := s.page(r, "操作留痕", home, Link{Text: "操作留痕"})
	p.Data = map[string]any{
		"List": list, "Q": q, "Deeds": deedChoices, "Head": head, "Pager": pager, "CSV": csv, "Check": check,
	}
	return s.render(w, http.StatusOK, "journal.html", p)
}

// deedChoices is the list to choose from, by what people read.
var deedChoices = func() []Link {
	var out []Link
	for what, name := range deeds {
		out = append(out, Link{Text: name, URL: what})
	}
	slices.SortFunc(out, func(a, b Link) int { return strings.Compare(a.URL, b.URL) })
	return out
}()

func (s *Server) exportHistory(w http.ResponseWriter, r *http.Request, q journal.Query) error {
	q.Limit = journal.MaxLimit
	rows := [][]string{{"序号", "时间", "办理人", "事项", "对象", "依据", "说明", "本条指纹"}}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		for {
			recs, next, err := journal.List(ctx, tx, s.countyCode, q)
			if err != nil {
				return err
			}
			for _, rec := range recs {
				d := pastDeedOf(rec, false)
				rows = append(rows, []string{strconv.FormatInt(d.Seq, 10), minute(d.At), d.By, d.Deed, d.About, d.Basis, d.Detail, d.Hash.String()})
			}
			if next == 0 {
				return nil
			}
			if len(rows) > maxExport {
				return badRequest(fmt.Sprintf("符合条件的记录超过 %d 条，请按办理人、事项或对象缩小范围后再导出。", maxExport))
			}
			q.Before = next
		}
	})
	if err != nil {
		return err
	}
	return writeCSV(w, "操作留痕.csv", rows)
}

// historyCheck is what a verification found.
type historyCheck struct {
	Head    journal.Head
	Heads   int    // heads of the journal found in the transparency log, all as they were
	UpTo    int64  // the newest record that one of them fixes
	Problem string // what is not as it was written; empty where all is well
	At      string
}

// verifyHistory reads the whole journal and compares it with every head of it that was put into the public log.
func (s *Server) verifyHistory(w http.ResponseWriter, r *http.Request) error {
	if !s.limits.allow("verify", s.countyCode, 0.2, 3) {
		return &httpError{status: http.StatusTooManyRequests, message: "刚刚校验过，请稍等几秒再试。"}
	}
	c := &historyCheck{At: minute(s.now())}
	var err error
	c.Head, err = journal.Verify(r.Context(), s.DB, s.countyCode)
	if err == nil {
		err = s.read(r, func(ctx context.Context, tx *db.Tx) error { return s.checkHeads(ctx, tx, c) })
	}
	var broken *journal.Broken
	switch {
	case errors.As(err, &broken):
		s.Logger.Error("journal is broken", "record", broken.Seq, "why", broken.Why)
		c.Problem = fmt.Sprintf("第 %d 条记录与写入时不一致，其后的记录不可信。请立即报告系统管理员，并保存数据库现状。", broken.Seq)
	case err != nil:
		return err
	}
	return s.historyPage(w, r, journal.Query{Limit: 50}, c)
}

// checkHeads compares the journal with its heads in the transparency log: that shows records cut off at the end,
// or a history written anew from the start, which the chain alone does not.
func (s *Server) checkHeads(ctx context.Context, tx *db.Tx, c *historyCheck) error {
	size, err := s.Log.Size(ctx, tx)
	if err != nil {
		return err
	}
	for from := int64(0); from < size; {
		entries, err := s.Log.Entries(ctx, tx, from, 256)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return fmt.Errorf("transparency log: entry %d of %d is not there", from, size)
		}
		from += int64(len(entries))
		for _, e := range entries {
			if !bytes.HasPrefix(e, []byte("zhixing journal 1\n")) {
				continue
			}
			var county, hash string
			var n int64
			if _, err := fmt.Sscanf(string(e), "zhixing journal 1\ncounty: %s\nrecords: %d\nhead: %s\n", &county, &n, &hash); err != nil {
				return fmt.Errorf("transparency log: a journal head does not read: %w", err)
			}
			head, err := journal.HeadAt(ctx, tx, s.countyCode, n)
			if err != nil {
				return err
			}
			if county != s.countyCode || head.Hash.String() != hash {
				return &journal.Broken{County: s.countyCode, Seq: n, Why: "is not the one in the transparency log"}
			}
			c.Heads++
			c.UpTo = max(c.UpTo, n)
		}
	}
	return nil
}
