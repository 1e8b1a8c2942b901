package gazette

// body reads what stands below the head of a document.
func (dr *docReader) body() {
	for dr.i < len(dr.paras) {
		p := dr.paras[dr.i]
		switch {
		case dr.planTitle(), dr.attachment(p), dr.signature(), dr.note(p), dr.rows():
			continue
		}
		dr.list = false
		dr.clause(p)
		dr.i++
	}
}

func (dr *docReader) peek(k int) *para {
	if dr.i+k < len(dr.paras) {
		return dr.paras[dr.i+k]
	}
	return nil
}
