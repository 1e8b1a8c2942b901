package calendar

import "fmt"

// ParseSpan reads a length of time that stands alone, as forms and rules write it: 10日, 5个工作日, 3个月, 半年, 1年. Whole days
// alone: what counts in hours is no Span.
func ParseSpan(s string) (Span, error) {
	if len(s) <= 60 {
		f := fold(s)
		hours := f.is(len(f.r)-2, "小时")
		if span, end := f.span(0); end > 0 && end == len(f.r) && !hours {
			return span, nil
		}
	}
	return Span{}, fmt.Errorf("“%.60s”不是期限，写作 10日、5个工作日、3个月、1年", s)
}
