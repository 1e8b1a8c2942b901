package edition

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/gazette"
)

// canary stands in every text, title, number and path that a case withholds.
const canary = "金丝雀"

// node is a shorthand for trees of nodes.
func node(kind gazette.NodeKind, text string, children ...*gazette.Node) *gazette.Node {
	return &gazette.Node{Kind: kind, Text: text, Path: text, Children: children}
}

func clause(text string) *gazette.Node { return node(gazette.ClauseNode, text) }

// notice is a document with three attachments, the third withheld, its body as given.
func notice(nodes ...*gazette.Node) *gazette.Document {
	head := []*gazette.Node{
		node(gazette.TitleNode, "甲县人民政府关于修桥的通知"), node(gazette.NumberNode, "甲政发〔2024〕3号"),
		node(gazette.RecipientsNode, "各乡镇："), clause("现就修桥有关事项通知如下。"),
	}
	tail := []*gazette.Node{node(gazette.SignatureNode, "甲县人民政府"), node(gazette.DateNode, "2024年5月6日"),
		node(gazette.NoteNode, "（此件公开发布，附件3不公开）")}
	return &gazette.Document{
		No: "甲政发〔2024〕3号", Title: "甲县人民政府关于修桥的通知", Issuer: "甲县人民政府", Kind: "通知",
		SignedOn: calendar.Date{Year: 2024, Month: 5, Day: 6}, PublicNote: "此件公开发布，附件3不公开",
		Withheld: []gazette.Withheld{{Attachment: 3, Phrase: "附件3不公开"}},
		Attachments: []gazette.Attachment{{No: 1, Title: "桥梁清单", Printed: true}, {No: 2, Title: "分工表"},
			{No: 3, Title: canary + "人员名单"}},
		Nodes: append(append(head, tail...), nodes...),
	}
}

var withheldCases = map[string]*gazette.Document{
	"text below the heading": notice(
		node(gazette.AttachmentNode, "附件1 桥梁清单", clause("公开：东桥、西桥。")),
		node(gazette.AttachmentNode, "附件3 "+canary+"人员名单", clause(canary+"甲"), node(gazette.TableNode, canary+"\t乙"))),
	"text beside the heading": notice(
		node(gazette.AttachmentNode, "附件1 桥梁清单"), clause("公开：东桥、西桥。"),
		node(gazette.AttachmentNode, "附件3"), clause(canary+"人员名单"), clause(canary+"一"), node(gazette.TableNode, canary)),
	"the next attachment is public again": notice(
		node(gazette.AttachmentNode, "附件3"), clause(canary), node(gazette.HeadingNode, canary+"标题", clause(canary)),
		node(gazette.AttachmentNode, "附件4 公开附件"), clause("公开：东桥、西桥。")),
	"heading read as a clause": notice(
		clause("公开：东桥、西桥。"), clause("附件3"), clause(canary+"人员名单"), clause(canary)),
	"heading read as a heading": notice(
		clause("公开：东桥、西桥。"), node(gazette.HeadingNode, "附件 三："+canary+"人员名单", clause(canary)), clause(canary)),
	"full-width number": notice(
		clause("公开：东桥、西桥。"), node(gazette.AttachmentNode, "附件３："+canary), clause(canary)),
	"number in the mark": notice(
		clause("公开：东桥、西桥。"), &gazette.Node{Kind: gazette.AttachmentNode, Mark: "附件3", Title: canary, Text: canary + "人员名单", Path: canary}, clause(canary)),
	"no number but the title": notice(
		clause("公开：东桥、西桥。"), node(gazette.AttachmentNode, canary+" 人员名单"), clause(canary)),
	"neither number nor title": notice(
		clause("公开：东桥、西桥。"), node(gazette.AttachmentNode, "附件"), clause(canary)),
	"heading and text run together": notice(
		clause("公开：东桥、西桥。"), clause("附件3："+canary+"人员名单。"+strings.Repeat(canary+"，住址；", 40))),
	"heading read as a row of a table": notice(
		node(gazette.TableNode, "", node(gazette.TableNode, "公开：东桥、西桥。"), node(gazette.TableNode, "附件3  "+canary+"人员名单"),
			node(gazette.TableNode, canary+"  甲")), clause(canary)),
	"list of attachments": notice(
		clause("公开：东桥、西桥。"), node(gazette.AttachListNode, "附件：1. 桥梁清单 2. 分工表 3. "+canary+"人员名单")),
	"list read as clauses": notice(
		clause("公开：东桥、西桥。"), clause("附件：1. 桥梁清单"), node(gazette.AttachListNode, "3. "+canary+"人员名单")),
	"inside the last heading": notice(
		node(gazette.HeadingNode, "三、附则", clause("公开：东桥、西桥。"), node(gazette.AttachmentNode, "附件3", clause(canary)), clause(canary)), clause(canary)),
	"the notes behind it stay": notice(
		clause("公开：东桥、西桥。"), node(gazette.AttachmentNode, "附件3"), clause(canary), node(gazette.NoteNode, canary+"（联系电话）"),
		node(gazette.NoteNode, "抄送：县委办。")),
	"as a plan":           asPlan("附件3 " + canary + "人员名单"),
	"as a plan by title":  asPlan(canary + "人员名单"),
	"as a plan behind it": planBehind(),
	"cited only there":    citing(),
}

func asPlan(title string) *gazette.Document {
	d := notice(clause("公开：东桥、西桥。"))
	d.Plans = []*gazette.Plan{{Key: canary, Title: title, InterpretedBy: canary, Nodes: []*gazette.Node{clause(canary)}}}
	return d
}

func planBehind() *gazette.Document {
	d := notice(clause("公开：东桥、西桥。"), node(gazette.AttachmentNode, "附件3"))
	for i, n := range d.Nodes {
		n.Spans = []gazette.Span{{Start: i, End: i + 1}}
	}
	d.Plans = []*gazette.Plan{{Title: canary + "工作方案", Nodes: []*gazette.Node{clause(canary)}, Span: gazette.Span{Start: 100, End: 200}}}
	return d
}

func citing() *gazette.Document {
	d := notice(clause("公开：东桥、西桥。据《公开的意见》（乙政发〔2023〕1号）。"), node(gazette.AttachmentNode, "附件3"), clause(canary))
	d.Cites = []gazette.Citation{{Title: canary + "办法", No: canary + "〔2020〕1号", Path: canary}, {Title: canary, Path: ""},
		{Title: "公开的意见", No: "乙政发〔2023〕1号", Path: "公开：东桥、西桥。据《公开的意见》（乙政发〔2023〕1号）。"}}
	d.InterpretedBy, d.Availability = canary+"局", "附件详见"+canary
	return d
}

// TestWithheldNeverLeaves looks for the canary in every byte of every edition, the zip's inside included.
func TestWithheldNeverLeaves(t *testing.T) {
	for name, doc := range withheldCases {
		p, err := FromReading(&gazette.Issue{Title: "甲县人民政府公报", Year: 2024, No: 2}, doc)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p.County, p.Key, p.Version, p.Record = County{"990102", "甲县"}, "jzf-2024-3", 1, Publish
		p.PublishedAt = time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
		files, err := All(p, testFont(t))
		if err != nil {
			t.Fatal(name, err)
		}
		manifest, err := Manifest(p, files)
		if err != nil {
			t.Fatal(name, err)
		}
		files = append(files, File{Format: "manifest", Bytes: manifest}, File{Format: "body", Bytes: HTMLBody(p)})
		for _, f := range files {
			if text := readable(t, f); strings.Contains(text, canary) {
				at := strings.Index(text, canary)
				t.Errorf("%s: the canary is in %s: …%s…", name, f.Format, text[max(0, at-80):min(len(text), at+80)])
			}
		}
		text := string(Text(p))
		for _, want := range []string{"公开：东桥、西桥。", "附件3不公开〕", "甲县人民政府\n", "此件公开发布，附件3不公开"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: lost %q:\n%s", name, want, text)
			}
		}
		if len(p.Attachments) != 3 || p.Attachments[2] != (Attachment{No: 3, Note: "不公开"}) {
			t.Errorf("%s: attachments %+v", name, p.Attachments)
		}
		if p.Has(canary) {
			t.Errorf("%s: Has says that a withheld path is public", name)
		}
	}
	p, err := FromReading(nil, citing())
	if err != nil || len(p.Cites) != 1 || p.Cites[0].No != "乙政发〔2023〕1号" || p.InterpretedBy != "" {
		t.Errorf("%v %+v", err, p)
	}
}

// readable is what a person or a program can read in a file.
func readable(t *testing.T, f File) string {
	t.Helper()
	switch f.Format {
	case "docx":
		z, err := zip.NewReader(bytes.NewReader(f.Bytes), int64(len(f.Bytes)))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, part := range z.File {
			r, err := part.Open()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(&b, r); err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	case "pdf":
		return pdfText(t, f.Bytes)
	}
	return string(f.Bytes)
}

func TestListOfAttachmentsIsOneBlock(t *testing.T) {
	d := notice(node(gazette.AttachListNode, "附件：1.桥梁清单"), node(gazette.AttachListNode, "2.分工"), node(gazette.AttachListNode, "总表"))
	d.Withheld = nil
	p, err := FromReading(nil, d)
	if err != nil || !strings.Contains(string(Text(p)), "　　附件：1.桥梁清单\n　　　　　2.分工总表\n") {
		t.Errorf("%v\n%s", err, Text(p))
	}
}

func TestWithheldWhole(t *testing.T) {
	for _, h := range []gazette.Withheld{{Whole: true}, {Phrase: "不公开"}} {
		d := notice()
		d.Withheld = []gazette.Withheld{h}
		if p, err := FromReading(nil, d); !errors.Is(err, ErrWithheld) || len(p.Parts) > 0 || p.Title != "" {
			t.Errorf("%+v: %v %+v", h, err, p)
		}
	}
}

func TestWithheldButNotFound(t *testing.T) {
	d := notice(clause(canary))
	d.Attachments[2].Printed = true // the reading saw its text, yet no node begins it
	if _, err := FromReading(nil, d); err == nil || !strings.Contains(err.Error(), "附件3") {
		t.Errorf("published all the same: %v", err)
	}
}

// TestNothingWithheldNothingLost: without a withholding every node's text comes through, in the order of the source.
func TestNothingWithheldNothingLost(t *testing.T) {
	d := notice(node(gazette.AttachmentNode, "附件3", clause("名单")), clause("附件3是另行印发的。"))
	d.Withheld, d.PublicNote = nil, "此件公开发布"
	for i, n := range d.Nodes {
		n.Spans = []gazette.Span{{Start: 10 * i, End: 10*i + 5}}
	}
	d.Plans = []*gazette.Plan{{Key: "桥", Title: "修桥方案", Span: gazette.Span{Start: 65}, Nodes: []*gazette.Node{
		{Kind: gazette.HeadingNode, Level: 1, Mark: "一、", Title: "目标", Text: "一、目标", Path: "桥/一", Children: []*gazette.Node{clause("修二十座。")}}}}}
	p, err := FromReading(nil, d)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, part := range p.Parts {
		got = append(got, "["+part.Title+"]")
		walk(part, part.Nodes, 0, func(_ Part, b Block, _ int) { got = append(got, b.Text) })
	}
	want := "[] 各乡镇： 现就修桥有关事项通知如下。 甲县人民政府 2024年5月6日 （此件公开发布，附件3不公开） [修桥方案] 一、目标 修二十座。 [] 附件3 名单 附件3是另行印发的。"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	if !p.Has("桥/一") || p.Has("") || p.Has("桥/二") {
		t.Error("Has")
	}
}
