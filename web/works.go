package web

import "zhixing/policy/works"

// works is what the county's policies order, as in force today. Pages ask once and go on with what they got.
func (s *Server) works() (*works.Works, error) {
	if s.Config.Works == nil {
		return nil, notFound("本县没有政策包，没有台账、监测和闭环事项。")
	}
	w := s.Config.Works()
	if w == nil || len(w.Set.Policies) == 0 {
		return nil, notFound("本县没有政策包，没有台账、监测和闭环事项。")
	}
	return w, nil
}
