package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// odd is what no form of ours sends.
var odd = []string{"\xff\xfe", "县\x00局", "9999999999999", strings.Repeat("长", 7000), "2031-13-45"}

// TestNoInputBreaksARoute sends to every route, as somebody who may use it, each field in turn as it should not be, and asks
// every list odd questions. Whatever it is, it is taken or refused; on either database nothing fails.
func TestNoInputBreaksARoute(t *testing.T) {
	sites(t, func(s *site) {
		w := newWorld(s)
		fails := func(rt route, as string, what string, a answer) {
			if a.status >= 500 && a.status != http.StatusNotImplemented {
				t.Errorf("%s as %s, %q: %d", rt.pattern, as, cutRunes(what, 40), a.status)
			}
		}
		for _, rt := range s.srv.routesForTest() {
			r, ok := ruleOf(rt)
			if !ok || r.ends || rt.pattern == "GET /live" || rt.pattern == "GET /metrics" {
				continue
			}
			var th *thing
			if r.things != nil {
				th = r.things(w)[0]
			}
			i := slices.IndexFunc(w.walkers, func(x walker) bool { return r.allowed(x, th) && x.name != "" })
			if i < 0 {
				continue
			}
			as := w.walkers[i].name
			to := target(rt, r, th)
			base, _, _ := strings.Cut(to, "?")
			if strings.HasPrefix(rt.pattern, "GET") {
				for _, v := range odd[:1] {
					for _, k := range []string{"q", "unit", "role", "state", "light", "from", "on", "page", "sort", "kind", "queue", "month", "period", "after", "post", "doc", "key", "batch", "lines"} {
						fails(rt, as, k+"="+v, w.get(as, base+"?"+queryOf(k, v)))
					}
				}
				continue
			}
			form := maps.Clone(r.form)
			if th != nil {
				for k, v := range th.form {
					if form == nil {
						form = map[string]string{}
					}
					form[k] = v
				}
			}
			for _, k := range append(slices.Sorted(maps.Keys(form)), "") {
				for _, v := range odd {
					vals := map[string][]string{}
					for other, text := range form {
						if th != nil {
							text = strings.NewReplacer("WORD", th.word, "ID", th.id).Replace(text)
						}
						vals[other] = []string{text}
					}
					if k != "" {
						vals[k] = []string{v}
					} else { // what is right, and with it all that another form might send
						for _, more := range []string{"once", "saw", "back", "support", "implement", "recur", "value0", "asof0", "trouble", "basis", "note", "rank", "months", "decision", "choice", "id", "account"} {
							if vals[more] == nil {
								vals[more] = []string{v}
							}
						}
					}
					fails(rt, as, k+"="+v, w.send(as, to, vals, r.file))
				}
			}
		}
	})
}

func queryOf(k, v string) string { return url.Values{k: {v}}.Encode() }
