package web

import (
	"strings"
	"testing"
)

// What a document orders stands under its clauses, for offices with how it stands, for the public only what is public.
func TestPoliciesByClause(t *testing.T) {
	sites(t, func(s *site) {
		pol := s.works.Set.Policies[0]
		a := s.get("", "/open/policies")
		if a.status != 200 || !strings.Contains(a.body, pol.Title) || strings.Contains(a.body, "未恢复问题") {
			t.Errorf("%d %s", a.status, a.body)
		}
		a = s.get("", "/open/policies/"+pol.ID)
		if a.status != 200 || !strings.Contains(a.body, pol.Basis.String()) {
			t.Errorf("%d %s", a.status, a.body)
		}
		for _, schema := range s.works.Registers.Schemas {
			if schema.Policy == pol.ID && !schema.Public && strings.Contains(a.body, "/lists/"+string(schema.Name)+"\"") {
				t.Errorf("the public page leads to the register %s, which is not public", schema.Title)
			}
		}
		if a := s.get("", "/policies/"+pol.ID); a.status == 200 {
			t.Error("the public reads the offices' page")
		}
		if a := s.get("", "/open/policies/nothing"); a.status != 404 {
			t.Error(a.status)
		}
	})
}
