package gazette

import (
	"encoding/json"
	"strings"
	"testing"
)

const twoDocuments = `甲县人民政府关于做好防汛工作的通知
甲政发〔2021〕3号
各乡镇人民政府：
一、排查
二、抢险
二、值守
甲县人民政府
2021年3月4日
甲县人民政府关于做好抗旱工作的通知
甲政发〔2021〕3号
各乡镇人民政府：
一、排查
甲县人民政府
2021年5月4日
甲县人民政府关于放假的通告
各单位：
端午节放假。
甲县人民政府
2021年6月4日
`

func TestFind(t *testing.T) {
	is, err := Read(twoDocuments)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ address, want string }{
		{"甲政发〔2021〕3号#一", "一、排查"},
		{"甲政发〔2021〕3号#二", "二、抢险"},
		{"甲政发〔2021〕3号#二~2", "二、值守"},
		{"甲政发〔2021〕3号#主送", "各乡镇人民政府："},
		{"甲政发〔2021〕3号~2#标题", "甲县人民政府关于做好抗旱工作的通知"},
		{"0-0/3#段1", "端午节放假。"},
	} {
		d, n := is.Find(c.address)
		if d == nil || n == nil || n.Text != c.want {
			t.Errorf("%s: got %v, want %s", c.address, n, c.want)
		}
	}
	if d, n := is.Find("甲政发〔2021〕3号~2"); d == nil || n != nil || d.Seq != 2 {
		t.Error("the address of a document gives a node")
	}
	for _, address := range []string{"", "#一", "甲政发〔2021〕4号", "甲政发〔2021〕3号#三", "甲政发〔2021〕3号~3#一"} {
		if d, n := is.Find(address); d != nil || n != nil {
			t.Errorf("%q is found", address)
		}
	}
	for _, d := range is.Documents {
		d.Walk(func(n *Node) {
			if found, same := is.Find(d.ID() + "#" + n.Path); found != d || same != n {
				t.Errorf("%s#%s finds another node", d.ID(), n.Path)
			}
		})
	}
}

func TestLine(t *testing.T) {
	for offset, want := range map[int]int{-5: 1, 0: 1, strings.Index(twoDocuments, "一、"): 4, len(twoDocuments): 20, len(twoDocuments) + 9: 20} {
		if got := Line(twoDocuments, offset); got != want {
			t.Errorf("offset %d: line %d, want %d", offset, got, want)
		}
	}
}

func TestUnknownIsNull(t *testing.T) {
	is, err := Read("为做好工作，制定本方案。\n一、目标。\n")
	if err != nil {
		t.Fatal(err)
	}
	b, err := is.DocumentsJSON()
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, b, []byte(`{"issue": {"title": "", "year": 0, "no": 0, "total_no": 0, "publish_date": "", "organiser": "", "address": "", "tel": "",
		"postcode": "", "website": ""}, "documents": [{"doc_no": null, "title": "", "issuer": null, "kind": null, "signed_date": null, "public_note": null,
		"attachments": [], "attachment_availability": null, "cites": [], "interpretation_by": null, "contains": []}]}`))
	b, err = json.Marshal(Appointment{Person: "甲某", Action: "appoint", Unit: "县乙局", Post: "局长"})
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, b, []byte(`{"person": "甲某", "action": "appoint", "unit": "县乙局", "post": "局长", "rank": null, "probation_months": null, "decided_on": null}`))
}
