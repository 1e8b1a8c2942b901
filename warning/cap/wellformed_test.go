package cap

import (
	"regexp"
	"strings"
	"testing"
)

// What encoding/xml says in English is said in Chinese: a citizen reads it on the page where files are checked.
func TestSyntaxIsSaidInChinese(t *testing.T) {
	english := regexp.MustCompile(`[a-z]{3,} [a-z]{2,}`)
	for text, want := range map[string]string{
		"<a b>": "属性要写成", `<a b="<">`: "属性要写成", "<a></b>": "<a> 以 </b> 结束", "</a>": "多出 </a>", "<a>&x;</a>": "不认识的实体", "<a": "没有写完",
		"<a>]]></a>": "]]> 只能结束", "<a><!- x></a>": "注释要写成", "<a><!-- -- --></a>": "注释要写成", "<>": "元素的名称", "< a>": "元素的名称", "<a>\x01</a>": "不能有字符", "<a/ >": "元素的名称",
		"<a><![CDAT[x]]></a>": "]]> 只能结束", "<?": "没有写完", "<a>\xff</a>": "",
	} {
		_, problems := Parse([]byte(text))
		says := ""
		for _, p := range problems {
			says += p.String()
		}
		if says == "" || english.MatchString(says) || !strings.Contains(says, want) {
			t.Errorf("%q: %s, want %s", text, says, want)
		}
	}
}
