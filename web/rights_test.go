package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"zhixing/ledger"
	"zhixing/personnel"
)

// What this test expects, it says itself; it asks neither ledger.RightOf nor the access of a route.

// reach is over whose data a role has a right.
type reach uint8

const (
	none reach = iota
	own
	all
)

// may is who may do what, by the role of the post that is held today. It is what docs/rights.md says.
var may = map[string]map[string]reach{
	"sit":       {"office": all, "leader": all, "head": all, "member": all, "auditor": all}, // holds some post
	"see":       {"office": all, "leader": all, "head": own, "member": own, "auditor": all},
	"overview":  {"office": all, "leader": all, "auditor": all},
	"edit":      {"office": all},
	"sign":      {"office": own, "head": own, "member": own},
	"report":    {"office": own, "head": own, "member": own},
	"support":   {"office": own, "head": own, "member": own},
	"claim":     {"office": own, "head": own},
	"split":     {"office": all, "head": own},
	"check":     {"office": all},
	"close":     {"office": all},
	"note":      {"leader": all},
	"send":      {"office": all, "leader": all}, // letters; which of the two, the letter says
	"drop":      {"office": all, "leader": all}, // letters
	"answer":    {"office": own, "head": own},
	"appeal":    {"office": own, "head": own},
	"decide":    {"office": all},
	"personnel": {"office": all},
	"oversee":   {"office": all},
	"inbox":     {"office": own, "leader": own, "head": own, "member": own, "auditor": own},
	"feed":      {"office": own, "leader": own, "head": own, "member": own},
}

// mayByAccount are the rights that follow from an account's own roles, by the accounts that have them.
var mayByAccount = map[string][]string{
	"draft": {"编辑甲", "签发乙"}, "publish": {"签发乙"}, "users": {"管理丙"}, "journal": {"管理丙"}, "oversee": {"管理丙"},
}

// parts are the parts in a duty that give its unit the right; any where none is named.
var parts = map[string]string{"appeal": "lead", "report": "lead", "claim": "lead", "split": "lead", "support": "support"}

// expected is what is expected of one route.
type expected struct {
	right  string                // of may or mayByAccount, or "everybody", "signed in", "this host"
	things func(*world) []*thing // whose data the address names; nil: nobody's
	form   map[string]string     // what is sent; WORD is the thing's word, ID its number
	file   string                // field of a file that is sent
	query  string                // of the address
	idle   bool                  // what is sent here cannot be done, so that it is refused for what it says to whom it is allowed
	ends   bool                  // ends the sender's session: only the public tries it
	letter bool                  // the things are letters
}

// allowed is whether somebody may use a route on a thing.
func (r expected) allowed(w walker, th *thing) bool {
	switch {
	case r.right == "everybody", r.right == "this host", slices.Contains(mayByAccount[r.right], w.name):
		return true
	case r.right == "signed in":
		return w.name != ""
	}
	switch may[r.right][w.role] {
	case all:
		return r.right != "send" || th == nil || th.signer == "" || w.role == th.signer
	case own:
		return th == nil || th.isOf(w, r.right, r.letter)
	}
	return false
}

// isOf reports whether a thing is of somebody's unit, in the part that a right asks for.
func (th *thing) isOf(w walker, right string, letter bool) bool {
	unit := w.unit
	switch {
	case !th.issued:
		return false // what is not issued, and a letter that is not sent, is the county's
	case letter:
		return th.lead == unit
	case th.lead == unit && parts[right] != "support", th.support == unit && parts[right] != "lead":
		return true
	}
	return right == "see" && th.under != nil && (th.under.lead == unit || th.under.support == unit) // a line shows its way to those above
}

// sees is whether a walker may read the thing's word at all.
func (th *thing) sees(w walker) bool {
	return expected{right: "see"}.allowed(w, th) && (th.signer == "" || may["see"][w.role] == all || th.lead == w.unit)
}

func in(state ledger.State) func(*world) []*thing {
	return func(w *world) []*thing { return w.duties(state) }
}

// letters are letters about duties of every relation, for either signer.
func letters(send bool) func(*world) []*thing {
	return func(w *world) []*thing {
		var out []*thing
		for _, d := range w.duties(ledger.Working) {
			for _, by := range []personnel.Role{personnel.Office, personnel.Leader} {
				out = append(out, w.letter(d, by, send))
			}
		}
		return out
	}
}

func anyLetters(w *world) []*thing { return append(letters(true)(w), letters(false)(w)...) }

func drafts(w *world) []*thing { return []*thing{{what: "a draft", id: w.draft}} }

func batches(w *world) []*thing { return []*thing{w.batch()} }

func unitsOfCounty(w *world) []*thing {
	var out []*thing
	for _, name := range []string{unitA, unitB, w.town, w.other} {
		out = append(out, &thing{what: name, id: name, lead: name, issued: true})
	}
	return out
}

// one is an address that names something of nobody's in particular.
func one(id string) func(*world) []*thing {
	return func(*world) []*thing { return []*thing{{what: id, id: id}} }
}

// rules is what is expected of every route. A route that is not here fails the test: somebody has to think about it.
var rules = map[string]expected{
	// The duty and all that is done to it.
	"GET /work":                    {right: "sit"},
	"GET /rules":                   {right: "sit"},
	"GET /ledger":                  {right: "see"},
	"GET /ledger.csv":              {right: "see"},
	"GET /ledger.json":             {right: "see"},
	"GET /ledger/{id}":             {right: "see", things: anyState},
	"GET /ledger/{id}/files/{sha}": {right: "see", things: in(ledger.Working)},
	"POST /ledger/{id}/confirm":    {right: "edit", things: in(ledger.Drafted)},
	"POST /ledger/{id}/amend":      {right: "edit", things: in(ledger.Working), form: map[string]string{"title": "改过的WORD", "lead": unitA, "due": "2031-12-31", "reason": "写得更清楚"}},
	"POST /ledger/{id}/issue":      {right: "edit", things: in(ledger.Confirmed)},
	"POST /ledger/{id}/sign":       {right: "sign", things: in(ledger.Issued), form: map[string]string{"once": "WORD"}},
	"POST /ledger/{id}/report":     {right: "report", things: in(ledger.Working), form: map[string]string{"text": "推进", "progress": "40"}, file: "files"},
	"POST /ledger/{id}/support":    {right: "support", things: in(ledger.Working), form: map[string]string{"text": "配合"}, file: "files"},
	"POST /ledger/{id}/claim":      {right: "claim", things: in(ledger.Working), form: map[string]string{"text": "完成"}, file: "files"},
	"POST /ledger/{id}/check":      {right: "check", things: in(ledger.Claimed), form: map[string]string{"words": "属实"}},
	"POST /ledger/{id}/close":      {right: "close", things: in(ledger.Checked), form: map[string]string{"result": "已完成"}},
	"POST /ledger/{id}/sendback":   {right: "check", things: in(ledger.Claimed), form: map[string]string{"reason": "缺少材料"}},
	"POST /ledger/{id}/ask":        {right: "claim", things: in(ledger.Working), form: map[string]string{"due": "2032-03-31", "reason": "设备未到"}},
	"POST /ledger/{id}/extend":     {right: "check", things: in(ledger.Working), form: map[string]string{"grant": "1", "reason": "同意"}, idle: true},
	"POST /ledger/{id}/decide":     {right: "check", things: in(ledger.Working), form: map[string]string{"flag": "1", "choice": "keep", "reason": "维持"}, idle: true},
	"POST /ledger/{id}/split":      {right: "split", things: in(ledger.Working), form: map[string]string{"units": "县审计局", "words": "分解"}},
	"POST /ledger/{id}/note":       {right: "note", things: anyState, form: map[string]string{"words": "请抓紧"}},
	"POST /ledger/{id}/letter":     {right: "check", things: in(ledger.Working), form: map[string]string{"kind": "warn", "sign": "office", "answer": "3", "finding": "进展迟缓"}},
	"POST /ledger/{id}/transfer":   {right: "check", things: in(ledger.Working), form: map[string]string{"lead": "县审计局", "reason": "职责调整"}},
	"POST /ledger/{id}/suspend":    {right: "check", things: in(ledger.Working), form: map[string]string{"reason": "等待规划"}},
	"POST /ledger/{id}/resume":     {right: "check", things: in(ledger.Suspended)},
	"POST /ledger/{id}/reopen":     {right: "check", things: in(ledger.Closed), form: map[string]string{"due": "2032-06-30", "reason": "又有反复"}},
	"POST /ledger/{id}/cancel":     {right: "check", things: in(ledger.Working), form: map[string]string{"result": "文件已废止"}},

	// Policies.
	"GET /policies":              {right: "see"},
	"GET /policies/{id}":         {right: "sit", things: one("water-2023")},
	"POST /policies/reload":      {right: "edit", idle: true},
	"GET /policies/draft":        {right: "edit"},
	"POST /policies/draft":       {right: "edit", file: "file", idle: true},
	"GET /bulletins":             {right: "see"},
	"GET /bulletins/{id}":        {right: "sit", things: one("section-month")},
	"POST /bulletins/{id}/issue": {right: "edit", things: one("section-month"), form: map[string]string{"on": "2031-06-08"}},
	"GET /open/bulletins":        {right: "everybody"},
	"GET /open/bulletins/{id}":   {right: "everybody", things: one("section-month"), idle: true},
	"GET /sends":                 {right: "see"},
	"GET /sends.csv":             {right: "see"},
	"GET /sends/{id}":            {right: "sit", things: one("plant-online")},
	"POST /sends/{id}/drop":      {right: "edit", things: one("plant-online"), idle: true},
	"GET /open/policies":         {right: "everybody"},
	"GET /open/policies/{id}":    {right: "everybody", things: one("water-2023")},

	// Registers. Every official reads them; who writes, package register says: see TestListsStory.
	"GET /lists":                                       {right: "see"},
	"GET /lists/{register}":                            {right: "sit", things: one("plants")},
	"GET /lists/{register}/e/{key}":                    {right: "see", idle: true},
	"GET /lists/{register}/new":                        {right: "see", idle: true},
	"POST /lists/{register}/new":                       {right: "see", idle: true},
	"GET /lists/{register}/e/{key}/{act}":              {right: "see", idle: true},
	"POST /lists/{register}/e/{key}/{act}":             {right: "see", idle: true},
	"GET /lists/{register}/e/{key}/files/{field}":      {right: "see", idle: true},
	"GET /lists/{register}/e/{key}/proof":              {right: "see", idle: true},
	"GET /lists/{register}/dump":                       {right: "sit", things: one("plants")},
	"GET /lists/{register}/owed":                       {right: "sit", things: one("plants")},
	"GET /lists/{register}/map":                        {right: "sit", things: one("plants")},
	"GET /lists/{register}/map.json":                   {right: "sit", things: one("plants")},
	"GET /lists/{register}/import":                     {right: "see", idle: true},
	"POST /lists/{register}/import":                    {right: "see", file: "file", idle: true},
	"GET /lists/{register}/imports/{id}":               {right: "see", idle: true},
	"POST /lists/{register}/imports/{id}/{act}":        {right: "see", idle: true},
	"GET /lists/{register}/twins":                      {right: "see", idle: true},
	"POST /lists/{register}/twins":                     {right: "see", idle: true},
	"GET /open/lists":                                  {right: "everybody"},
	"GET /open/lists/{register}":                       {right: "everybody", things: one("plants")},
	"GET /open/lists/{register}/e/{key}":               {right: "everybody"},
	"GET /open/lists/{register}/e/{key}/files/{field}": {right: "everybody"},
	"GET /open/lists/{register}/e/{key}/proof":         {right: "everybody"},
	"GET /open/lists/{register}/dump":                  {right: "everybody", things: one("plants")},
	"GET /open/lists/{register}/map":                   {right: "everybody", things: one("plants")},
	"GET /open/lists/{register}/map.json":              {right: "everybody", things: one("plants")},
	"GET /map":                                         {right: "everybody"},
	"GET /map/places.json":                             {right: "everybody"},
	// Readings and indicators are nobody's in particular: whoever has a seat sees them all; the public what is public.
	"GET /series":                  {right: "see"},
	"GET /series/{name}":           {right: "sit", things: one("section-cod")},
	"GET /series/{name}/{of}":      {right: "sit", things: one("section-cod"), idle: true},
	"GET /indicators":              {right: "see"},
	"GET /indicators.csv":          {right: "see"},
	"GET /indicators/{id}":         {right: "sit", things: one("section-class")},
	"GET /open/indicators":         {right: "everybody"},
	"GET /open/indicators.csv":     {right: "everybody"},
	"GET /open/indicators/{id}":    {right: "everybody", things: one("section-class")},
	"GET /open/series":             {right: "everybody"},
	"GET /open/series/{name}":      {right: "everybody", things: one("section-cod")},
	"GET /open/series/{name}/{of}": {right: "everybody", things: one("section-cod")},

	// Devices, samples, and programs that send: the office keeps devices; of samples package register says whose they are; a program
	// is known by its token, whoever is logged in.
	"GET /devices":                     {right: "see"},
	"POST /devices":                    {right: "edit", idle: true},
	"GET /devices/{id}":                {right: "sit", things: one("1"), idle: true},
	"POST /devices/{id}/change":        {right: "edit", things: one("1"), idle: true},
	"POST /devices/{id}/order":         {right: "edit", things: one("1"), form: map[string]string{"what": "clock"}, idle: true},
	"POST /devices/{id}/cancel":        {right: "edit", things: one("1"), form: map[string]string{"order": "1"}, idle: true},
	"POST /devices/{id}/end":           {right: "edit", things: one("1"), form: map[string]string{"reason": "报废"}, idle: true},
	"POST /senders":                    {right: "edit", form: map[string]string{"sender": "示例平台", "series": "section-cod"}},
	"POST /senders/{id}/end":           {right: "edit", things: one("1"), idle: true},
	"GET /samples":                     {right: "see"},
	"GET /samples.csv":                 {right: "see"},
	"POST /samples":                    {right: "see", file: "file", idle: true},
	"GET /samples/{id}":                {right: "sit", things: one("1"), idle: true},
	"POST /samples/{id}/{act}":         {right: "sit", things: one("1"), idle: true},
	"POST /api/readings":               {right: "token", idle: true},
	"GET /sensorthings/v1.1":           {right: "everybody"},
	"GET /sensorthings/v1.1/{rest...}": {right: "everybody"},
	"GET /open/metrics":                {right: "everybody"},

	// How duties come onto the ledger and leave it.
	"GET /intake":                     {right: "edit"},
	"GET /intake/{key...}":            {right: "edit", things: one("other")},
	"POST /ledger/bulk/confirm":       {right: "edit", things: in(ledger.Drafted), form: map[string]string{"ids": "ID"}},
	"POST /ledger/bulk/issue":         {right: "edit", things: in(ledger.Confirmed), form: map[string]string{"ids": "ID"}},
	"GET /ledger/new":                 {right: "edit"},
	"POST /ledger/new":                {right: "edit", form: map[string]string{"title": "手工", "lead": unitA, "words": "县政府会议纪要（虚构）"}},
	"GET /ledger.xlsx":                {right: "see"},
	"GET /ledger/import":              {right: "edit"},
	"POST /ledger/import":             {right: "edit", file: "file", idle: true},
	"GET /ledger/imports":             {right: "edit"},
	"GET /ledger/imports/{id}":        {right: "edit", things: batches},
	"POST /ledger/imports/{id}/apply": {right: "edit", things: batches},
	"POST /ledger/imports/{id}/drop":  {right: "edit", things: batches},
	"POST /ledger/imports/{id}/undo":  {right: "edit", things: batches, idle: true},
	"POST /ledger/views":              {right: "see", form: map[string]string{"name": "我的", "query": "light=overdue"}},
	"POST /ledger/views/drop":         {right: "see", form: map[string]string{"name": "我的"}},

	// Letters.
	"GET /letters":              {right: "see"},
	"GET /letters.csv":          {right: "see"},
	"GET /letters/{id}":         {right: "see", things: anyLetters, letter: true},
	"GET /letters/{id}/docx":    {right: "see", things: anyLetters, letter: true},
	"GET /letters/{id}/pdf":     {right: "see", things: anyLetters, letter: true, idle: true}, // no font in tests
	"POST /letters/{id}/sign":   {right: "send", things: letters(false), letter: true, form: map[string]string{"demand": "立即整改"}},
	"POST /letters/{id}/drop":   {right: "drop", things: letters(false), letter: true, form: map[string]string{"reason": "已经整改"}},
	"POST /letters/{id}/answer": {right: "answer", things: letters(true), letter: true, form: map[string]string{"words": "已经整改"}, file: "files"},

	// Unit by unit, and all at once.
	"GET /ledger/units":        {right: "see"},
	"GET /ledger/units.csv":    {right: "see"},
	"GET /ledger/units/{name}": {right: "see", things: unitsOfCounty},
	"GET /screen":              {right: "overview"},

	// Notices, calendars, open pages, the telephone.
	"GET /notices":                        {right: "sit"},
	"GET /notices/{id}":                   {right: "inbox", things: messages},
	"POST /notices/read":                  {right: "sit", form: map[string]string{"newest": "1"}},
	"GET /notices/settings":               {right: "sit"},
	"POST /notices/settings":              {right: "sit"},
	"POST /notices/phone":                 {right: "sit", form: map[string]string{"phone": "13800000003"}},
	"POST /notices/push":                  {right: "sit", idle: true}, // no push in tests
	"POST /notices/push/off":              {right: "sit", form: map[string]string{"endpoint": "https://push.example/1"}},
	"GET /notices/deliveries":             {right: "oversee"},
	"POST /notices/deliveries/{id}/retry": {right: "oversee", things: one("1"), idle: true},
	"GET /live":                           {right: "sit", query: "?seen=0"},
	"GET /sw.js":                          {right: "everybody"},
	"GET /feeds":                          {right: "sit"},
	"POST /feeds":                         {right: "feed", things: unitsOfCounty, form: map[string]string{"kind": "unit", "name": "ID"}},
	"POST /feeds/{id}/revoke":             {right: "feed", things: feeds},
	"GET /feeds/{token}":                  {right: "everybody"},
	"GET /ledger/{id}/{page}":             {right: "report", things: in(ledger.Working)},

	// What became of what was ordered, for the public.
	"GET /outcomes":                 {right: "everybody"},
	"GET /outcomes/{key...}":        {right: "everybody"},
	"GET /api/v1/outcomes/{key...}": {right: "everybody"},

	// Scores. What every unit is marked is told to all; what it is marked down for, to itself.
	"GET /scores":               {right: "see"},
	"GET /scores.csv":           {right: "see"},
	"GET /scores.json":          {right: "see"},
	"GET /scores.xlsx":          {right: "see"},
	"GET /scores/details.csv":   {right: "see"},
	"GET /scores/frozen/{id}":   {right: "see", idle: true},
	"GET /scores/units/{name}":  {right: "see", things: unitsOfCounty},
	"GET /scores/keep":          {right: "decide", idle: true},
	"POST /scores/keep":         {right: "decide", idle: true},
	"GET /scores/appeals":       {right: "see"},
	"GET /scores/appeals.csv":   {right: "see"},
	"GET /scores/appeals/{id}":  {right: "see", things: appeals},
	"POST /scores/appeals":      {right: "appeal", things: hits},
	"POST /scores/appeals/{id}": {right: "decide", things: appeals, form: map[string]string{"upheld": "1", "reason": "情况属实"}},

	// Who holds which post.
	"GET /posts":                 {right: "sit"},
	"GET /posts.csv":             {right: "sit"},
	"GET /posts/{unit}":          {right: "sit", things: unitsOfCounty},
	"GET /persons/{id}":          {right: "sit", things: one("3")},
	"POST /persons":              {right: "personnel", form: map[string]string{"name": "示例新人"}},
	"POST /persons/{id}/account": {right: "personnel", things: one("3"), form: map[string]string{"account": "查无此号"}, idle: true},
	"POST /persons/{id}/phone":   {right: "personnel", things: one("3"), form: map[string]string{"phone": "13800000003"}},
	"POST /posts/appoint":        {right: "personnel", form: map[string]string{"post": officeUnit + "/督查员", "person": "3", "day": "2031-02-01"}, idle: true},
	"POST /posts/remove":         {right: "personnel", form: map[string]string{"tenure": "3"}, idle: true},
	"POST /posts/probation":      {right: "personnel", form: map[string]string{"tenure": "3"}, idle: true},
	"POST /posts/correct":        {right: "personnel", form: map[string]string{"tenure": "3"}, idle: true},
	"GET /questions":             {right: "personnel"},
	"POST /questions/takein":     {right: "personnel"},
	"POST /questions/{id}":       {right: "personnel", things: one("1"), idle: true},

	// The desk where a manuscript becomes a publication.
	"GET /desk":                {right: "draft"},
	"GET /desk/new":            {right: "draft"},
	"POST /desk/new":           {right: "draft", form: map[string]string{"text": ""}, file: "file", idle: true},
	"GET /desk/correct":        {right: "draft", query: "?key=某政办发/2031/1"},
	"POST /desk/correct":       {right: "draft", idle: true},
	"GET /desk/withdraw":       {right: "publish", query: "?key=某政办发/2031/1"},
	"POST /desk/withdraw":      {right: "publish", idle: true},
	"GET /desk/{id}":           {right: "draft", things: drafts},
	"GET /desk/{id}/original":  {right: "draft", things: drafts},
	"GET /desk/{id}/files/{n}": {right: "draft", things: drafts, idle: true},
	"GET /desk/{id}/{seq}":     {right: "draft", things: drafts},
	"POST /desk/{id}/mend":     {right: "draft", things: drafts, idle: true},
	"POST /desk/{id}/undo":     {right: "draft", things: drafts, idle: true},
	"POST /desk/{id}/facts":    {right: "draft", things: drafts, idle: true},
	"POST /desk/{id}/choose":   {right: "draft", things: drafts, idle: true},
	"POST /desk/{id}/attach":   {right: "draft", things: drafts, file: "file", idle: true},
	"POST /desk/{id}/detach":   {right: "draft", things: drafts, idle: true},
	"POST /desk/{id}/submit":   {right: "draft", things: drafts, idle: true},
	"POST /desk/{id}/discard":  {right: "draft", things: drafts, idle: true},
	"POST /desk/{id}/sendback": {right: "publish", things: drafts, idle: true},
	"POST /desk/{id}/publish":  {right: "publish", things: drafts, idle: true},

	// Accounts.
	"GET /login":                        {right: "everybody"},
	"POST /login":                       {right: "everybody", ends: true},
	"GET /login/next":                   {right: "signed in"},
	"GET /login/code":                   {right: "signed in"},
	"POST /login/code":                  {right: "signed in", idle: true},
	"GET /login/oidc":                   {right: "everybody"},
	"GET /login/oidc/back":              {right: "everybody"},
	"POST /logout":                      {right: "everybody", ends: true},
	"GET /account":                      {right: "signed in"},
	"GET /account/password":             {right: "signed in"},
	"POST /account/password":            {right: "signed in", form: map[string]string{"old": "x", "password": "y", "again": "z"}, idle: true},
	"GET /account/second-factor":        {right: "signed in"},
	"POST /account/second-factor":       {right: "signed in", idle: true},
	"POST /account/sessions/end":        {right: "signed in", form: map[string]string{"id": "x"}, idle: true},
	"POST /account/sessions/end-others": {right: "signed in"},
	"GET /users":                        {right: "users"},
	"GET /users.csv":                    {right: "users"},
	"GET /users/new":                    {right: "users"},
	"POST /users/new":                   {right: "users", idle: true},
	"GET /users/{name}":                 {right: "users", things: one("旁人")},
	"POST /users/{name}/{act}":          {right: "users", things: one("旁人")},
	"GET /journal":                      {right: "journal"},
	"GET /journal.csv":                  {right: "journal"},
	"POST /journal/verify":              {right: "journal"},
	"GET /metrics":                      {right: "this host"},
}

// anyState are duties in every state that tells its own story.
func anyState(w *world) []*thing {
	return slices.Concat(w.duties(ledger.Drafted), w.duties(ledger.Working), w.duties(ledger.Closed))
}

// ruleOf is what is expected of a route. The public pages and the open data are everybody's.
func ruleOf(rt route) (expected, bool) {
	if r, ok := rules[rt.pattern]; ok {
		return r, true
	}
	for _, list := range [][]route{publicRoutes, openDataRoutes} {
		if slices.ContainsFunc(list, func(o route) bool { return o.pattern == rt.pattern }) {
			return expected{right: "everybody"}, true
		}
	}
	return expected{}, false
}

// target is the address of a thing on a route.
func target(rt route, r expected, th *thing) string {
	_, path, _ := strings.Cut(rt.pattern, " ")
	id, sha := "1", strings.Repeat("0", 64)
	if th != nil {
		id = th.id
		if th.sha != "" {
			sha = th.sha
		}
	}
	path = strings.NewReplacer("{$}", "", "{id}", id, "{register}", id, "{key}", "1", "{field}", "1", "{sha}", sha, "{unit}", id, "{name}", id, "{key...}", id, "{act}", "disable", "{no}", "2031-1", "{n}", "1",
		"{seq}", "1", "{sum}", "0", "{rest...}", "0/000", "{token}", id, "{page}", "report", "{of}", id).Replace(path)
	path = (&url.URL{Path: path}).EscapedPath()
	if _, q, ok := strings.Cut(r.query, "?"); ok {
		k, v, _ := strings.Cut(q, "=")
		path += "?" + url.Values{k: {v}}.Encode()
	}
	return path
}

// TestRightsOfEveryRoute walks every route as everybody, on the data of his own unit and of others, and holds what comes
// back against the table: who may is let in, who may not is kept out and has changed nothing, and no answer holds a word of
// what its reader may not see.
func TestRightsOfEveryRoute(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		isList := func(rt route) bool {
			r, _ := ruleOf(rt)
			return r.things == nil && strings.HasPrefix(rt.pattern, "GET")
		}
		var looks, acts, lists []route
		for _, rt := range s.srv.routesForTest() {
			switch {
			case ofCases(rt): // before cases are exposed, merged and handed on in this walk, and are others' too
				looks = append(looks, rt)
			case isList(rt): // when there is something to list
				lists = append(lists, rt)
			default:
				acts = append(acts, rt)
			}
		}
		for _, rt := range slices.Concat(looks, acts, lists) {
			r, ok := ruleOf(rt)
			if !ok {
				t.Errorf("%s: nobody has said in this test who may use it, on whose data", rt.pattern)
				continue
			}
			things := []*thing{nil}
			if r.things != nil {
				things = r.things(w)
			}
			before := w.record()
			for _, who := range w.walkers {
				for _, th := range things {
					if !r.allowed(who, th) {
						w.refused(rt, r, who, th)
					}
				}
			}
			if after := w.record(); after != before {
				t.Errorf("%s: whoever was refused has changed something: %s, before %s", rt.pattern, after, before)
			}
			done := false
			for _, th := range things {
				for _, who := range w.walkers {
					if r.allowed(who, th) && (!r.ends || who.name == "") && (r.right != "everybody" || who.name == "" || who.name == "局长") {
						did := w.letIn(rt, r, who, th)
						done = done || did
						if did && (strings.HasSuffix(rt.pattern, "/issue") || rt.pattern == "POST /letters/{id}/sign") {
							th.issued = true // from now on it is its units' too
						}
					}
				}
			}
			if !done && !r.idle && r.right != "everybody" {
				t.Errorf("%s: nobody could do it: the form is not well-formed", rt.pattern)
			}
		}
	})
}

// ofCases reports whether a route reads cases.
func ofCases(rt route) bool {
	path, get := strings.CutPrefix(rt.pattern, "GET ")
	return get && (strings.HasPrefix(path, "/cases") || strings.HasPrefix(path, "/open/cases") || path == "/open/exposure")
}

func (w *world) ask(rt route, r expected, who walker, th *thing) answer {
	w.t.Helper()
	method, _, _ := strings.Cut(rt.pattern, " ")
	to := target(rt, r, th)
	var a answer
	if method == http.MethodGet {
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		if rt.pattern == "GET /live" { // which has no end of its own
			ctx, stop = context.WithTimeout(ctx, 200*time.Millisecond)
		}
		a = w.do(who.name, httptest.NewRequest(method, to, nil).WithContext(ctx))
		stop()
	} else {
		form := url.Values{}
		for k, v := range r.form {
			if th != nil {
				v = strings.NewReplacer("WORD", th.word, "ID", th.id).Replace(v)
			}
			form.Set(k, v)
		}
		if th != nil {
			for k, v := range th.form {
				form.Set(k, v)
			}
		}
		a = w.send(who.name, to, form, r.file)
	}
	if a.status >= 500 && a.status != http.StatusNotImplemented {
		w.t.Errorf("%s as %s on %v: %d\n%.400s", rt.pattern, who, th, a.status, around2(a.body, "<main"))
	}
	// The journal keeps the reasons that are given, for the administrator.
	if r.right != "journal" {
		for _, word := range wordForm.FindAllString(a.text(), -1) {
			if x := w.things[word]; x != nil && !x.sees(who) {
				w.t.Errorf("%s as %s: it holds a word of another's %s", rt.pattern+" "+to, who, x.what)
			}
		}
	}
	return a
}

func (w *world) refused(rt route, r expected, who walker, th *thing) {
	w.t.Helper()
	a := w.ask(rt, r, who, th)
	get := strings.HasPrefix(rt.pattern, "GET")
	switch {
	case who.name == "" && get && a.status == http.StatusSeeOther && strings.HasPrefix(a.location, "/login?"):
	case (who.name == "" || r.right == "token") && !get && a.status == http.StatusUnauthorized:
	case r.right == "token" && a.status == http.StatusForbidden: // Open311 says so of a key that is missing
	case who.name != "" && (a.status == http.StatusForbidden || a.status == http.StatusNotFound):
	default:
		w.t.Errorf("%s as %s on %s: %d %s, want a refusal", rt.pattern, who, th.describe(), a.status, a.location)
	}
}

// letIn reports whether it was done, too.
func (w *world) letIn(rt route, r expected, who walker, th *thing) bool {
	w.t.Helper()
	a := w.ask(rt, r, who, th)
	if th == nil && may[r.right][who.role] == own && strings.HasPrefix(rt.pattern, "GET") {
		for _, q := range []string{"?unit=" + unitB, "?q=暗语", "?full=1", "?now=1", "?on=2031-06-08", "?queue=all", "?post=" + officeUnit + "/督查员", "?state=confirmed"} {
			r.query = q // no question gets more than one's own
			w.ask(rt, r, who, th)
		}
	}
	missing := a.status == http.StatusNotFound && (r.idle || r.right == "everybody" || r.right == "draft")
	if a.status == http.StatusUnauthorized || a.status == http.StatusForbidden && !r.idle || a.status == http.StatusNotFound && !missing || strings.HasPrefix(a.location, "/login?to=") {
		w.t.Errorf("%s as %s on %s: %d %s, want to be let in\n%.300s", rt.pattern, who, th.describe(), a.status, a.location, around2(a.body, "<main"))
	}
	return a.status < 400
}

func (th *thing) describe() string {
	if th == nil {
		return "nothing"
	}
	return th.what
}
