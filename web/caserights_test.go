package web

import (
	"context"
	"fmt"
	"maps"

	"zhixing/cases"
	"zhixing/db"
	"zhixing/personnel"
)

func init() {
	maps.Copy(may, map[string]map[string]reach{
		"handle":  {"office": all, "head": own, "member": own},
		"uncover": {"office": all, "head": all, "member": all},
		"plan":    {"office": all, "head": all},
	})
	maps.Copy(rules, caseRules)
}

// caseRules is what is expected of the routes of findings and cases.
var caseRules = map[string]expected{
	"GET /findings":                          {right: "see"},
	"GET /findings.csv":                      {right: "see"},
	"GET /findings/unknown":                  {right: "see"},
	"GET /findings/{id}":                     {right: "see", idle: true},
	"GET /findings/silences":                 {right: "see"},
	"POST /findings/silences":                {right: "edit", form: map[string]string{"rule": "x", "until": "2031-07-01", "reason": "设备检修"}},
	"POST /findings/silences/{id}/end":       {right: "edit", things: one("1"), idle: true},
	"GET /cases":                             {right: "see"},
	"GET /cases.csv":                         {right: "see"},
	"GET /cases.json":                        {right: "see"},
	"GET /cases/{id}":                        {right: "see", things: caseIn(cases.PuttingIt)},
	"GET /cases/{id}/files/{sha}":            {right: "see", things: caseIn(cases.Checking), idle: true},
	"GET /cases/{id}/phone/{act}":            {right: "sit", idle: true},
	"GET /cases/new":                         {right: "uncover"},
	"POST /cases/new":                        {right: "uncover", form: map[string]string{"service": "water-black", "words": "发黑", "address": "桥头"}, file: "files"},
	"POST /cases/{id}/feed":                  {right: "edit", things: caseIn(cases.Feedback), form: map[string]string{"words": "请整改"}},
	"POST /cases/{id}/accept":                {right: "sign", things: caseIn(cases.Acceptance), idle: true},
	"POST /cases/{id}/decline":               {right: "sign", things: caseIn(cases.Acceptance), form: map[string]string{"words": "不归我们"}, idle: true},
	"POST /cases/{id}/putright":              {right: "sign", things: caseIn(cases.PuttingIt), form: map[string]string{"words": "已整改"}, file: "files", idle: true},
	"POST /cases/{id}/check":                 {right: "edit", things: caseIn(cases.Checking), form: map[string]string{"words": "属实"}, file: "files", idle: true},
	"POST /cases/{id}/close":                 {right: "edit", things: caseIn(cases.Closing), form: map[string]string{"reason": "已整改", "result": "已完成", "despite": "人工确认"}},
	"POST /cases/{id}/sendback":              {right: "edit", things: caseIn(cases.Closing), form: map[string]string{"words": "没有清干净"}, file: "files"},
	"POST /cases/{id}/reopen":                {right: "edit", things: caseIn(cases.Closed), form: map[string]string{"words": "又有了"}, file: "files"},
	"POST /cases/{id}/up":                    {right: "handle", things: caseIn(cases.PuttingIt), form: map[string]string{"words": "办不了"}, idle: true},
	"POST /cases/{id}/down":                  {right: "handle", things: caseIn(cases.PuttingIt), form: map[string]string{"to": "没有这个单位", "words": "请就近办"}, idle: true},
	"POST /cases/{id}/add":                   {right: "handle", things: caseIn(cases.PuttingIt), form: map[string]string{"words": "补充"}, file: "files"},
	"POST /cases/{id}/merge":                 {right: "edit", things: caseIn(cases.Feedback), form: map[string]string{"into": "1", "words": "同一件"}, idle: true},
	"POST /cases/{id}/split":                 {right: "edit", things: caseIn(cases.Feedback), form: map[string]string{"title1": "分出WORD", "words": "两件事"}},
	"POST /cases/{id}/handover":              {right: "edit", things: caseIn(cases.Feedback), form: map[string]string{"to": "县公安局", "words": "涉嫌违法"}},
	"POST /cases/{id}/receipt":               {right: "edit", things: caseIn(cases.HandingOver), form: map[string]string{"no": "1", "on": "2031-06-08"}, idle: true},
	"POST /cases/{id}/takeback":              {right: "edit", things: caseIn(cases.HandingOver), form: map[string]string{"words": "退回"}, idle: true},
	"POST /cases/{id}/refuse":                {right: "edit", things: caseIn(cases.Feedback), form: map[string]string{"reason": "反映不属实", "words": "查无此事"}, idle: true},
	"POST /cases/{id}/decide":                {right: "note", things: caseIn(cases.PuttingIt), form: map[string]string{"words": "约谈"}, idle: true},
	"POST /cases/{id}/summarise":             {right: "edit", things: caseIn(cases.PuttingIt), form: map[string]string{"title": "公开WORD", "summary": "情况"}},
	"POST /cases/{id}/expose":                {right: "note", things: caseIn(cases.PuttingIt), form: map[string]string{"words": "长期不整改"}},
	"POST /cases/{id}/conceal":               {right: "note", things: caseIn(cases.PuttingIt), form: map[string]string{"words": "已整改"}, idle: true},
	"GET /cases/{id}/letters/{no}":           {right: "sit", idle: true},
	"GET /cases/hotline":                     {right: "edit"},
	"POST /cases/hotline":                    {right: "edit", file: "file", idle: true},
	"POST /cases/hotline/take":               {right: "edit", form: map[string]string{"sheet": ""}, file: "file", idle: true},
	"GET /cases/hotline/answers.csv":         {right: "edit"},
	"GET /inspections":                       {right: "see"},
	"GET /inspections/{id}":                  {right: "see", idle: true},
	"GET /inspection-files/{id}/{sha}":       {right: "see", idle: true},
	"GET /inspections/at/{checklist}":        {right: "see", idle: true},
	"POST /inspections/plan":                 {right: "plan", idle: true},
	"POST /inspections/draw":                 {right: "plan", idle: true},
	"GET /open/cases/{id}":                   {right: "everybody"},
	"GET /open/cases":                        {right: "everybody"},
	"GET /open/cases.csv":                    {right: "everybody"},
	"GET /open/cases.json":                   {right: "everybody"},
	"GET /open/exposure":                     {right: "everybody"},
	"GET /open/report":                       {right: "everybody"},
	"POST /open/report":                      {right: "everybody"},
	"GET /open/report/map.svg":               {right: "everybody"},
	"GET /open/report/track":                 {right: "everybody"},
	"GET /c/{link}":                          {right: "everybody", things: one("1-1-0123456789abcdef01234567"), idle: true},
	"POST /c/{link}":                         {right: "everybody", things: one("1-1-0123456789abcdef01234567"), idle: true},
	"POST /open/report/track":                {right: "everybody"},
	"POST /open/report/answer":               {right: "everybody"},
	"GET /open311/v2/discovery.json":         {right: "everybody"},
	"GET /open311/v2/discovery.xml":          {right: "everybody"},
	"POST /open311/v2/requests.json":         {right: "token", idle: true},
	"POST /open311/v2/requests.xml":          {right: "token", idle: true},
	"GET /open311/v2/{what}":                 {right: "everybody"},
	"GET /open311/v2/{what}/{id}":            {right: "everybody"},
	"GET /open/cases/{id}/pictures/{sha}":    {right: "everybody"},
	"GET /cases/{id}/letters/{no}/{format}":  {right: "sit", idle: true},
	"POST /cases/{id}/letters/{no}/sign":     {right: "sit", idle: true},
	"POST /cases/{id}/letters/{no}/drop":     {right: "sit", idle: true},
	"POST /cases/{id}/letters/{no}/answer":   {right: "sit", idle: true},
	"GET /inspections/at/{checklist}/{key}":  {right: "sit", idle: true},
	"POST /inspections/at/{checklist}/{key}": {right: "sit", idle: true},
}

// caseIn are cases in a state, each of one unit, that the county office owns.
func caseIn(state cases.State) func(*world) []*thing {
	return func(w *world) []*thing {
		var out []*thing
		for _, unit := range []string{unitA, unitB, w.town} {
			out = append(out, w.kase(state, unit))
		}
		return out
	}
}

// kase opens a case for a unit and brings it to a state.
func (w *world) kase(state cases.State, unit string) *thing {
	w.t.Helper()
	th := &thing{what: fmt.Sprintf("case %s of %s", state, unit), word: w.newWord(), lead: unit, issued: true}
	c := w.works.Cases
	head := seatedAs("负责人"+unit, unit, "局长", personnel.Head)
	w.write(func(ctx context.Context, tx *db.Tx) error {
		id, err := c.Open(ctx, tx, cases.Found{ID: int64(100_000 + w.words), Rule: "test-rule", Subject: th.word, Title: "事项" + th.word, Says: "情况" + th.word, Unit: unit, Ladder: "none", At: tx.Now()})
		if err != nil {
			return err
		}
		th.id = fmt.Sprint(id)
		if state == cases.HandingOver {
			_, err := c.HandOver(ctx, tx, officer, id, "县公安局", "涉嫌违法")
			return err
		}
		for _, step := range []func() (*cases.Case, error){
			func() (*cases.Case, error) {
				return c.Feed(ctx, tx, officer, id, cases.Feeding{Words: "要求" + th.word})
			},
			func() (*cases.Case, error) { return c.Accept(ctx, tx, head, id, cases.Sending{}) },
			func() (*cases.Case, error) {
				return c.PutRight(ctx, tx, head, id, cases.Sending{Words: "整改" + th.word, Files: []cases.Upload{{Name: th.word + ".jpg", Content: jpeg(th.word)}}})
			},
			func() (*cases.Case, error) {
				return c.Check(ctx, tx, officer, id, cases.Sending{Words: "属实" + th.word, Place: &cases.Point{Lon: 111.5, Lat: 35.5}})
			},
			func() (*cases.Case, error) {
				return c.Close(ctx, tx, secondOfficer, id, cases.Closure{Reason: "已整改", Result: "结果" + th.word, Despite: "人工确认"})
			},
		} {
			k, err := c.Of(ctx, tx, officer, id)
			if err != nil || k.State == state {
				return err
			}
			was := k.State
			if _, err = step(); err != nil {
				return fmt.Errorf("from %s: %w", was, err)
			}
		}
		return nil
	})
	w.things[th.word] = th
	return th
}
