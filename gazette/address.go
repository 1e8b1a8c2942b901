package gazette

import (
	"strconv"
	"strings"
)

// ID is what addresses of this document begin with: its number, or year-no/place in the issue (2023-3/1) where it
// has none. A number that comes again in the issue gets ~2.
func (d *Document) ID() string {
	id := d.No
	if id == "" {
		id = d.place
	}
	if d.again > 1 {
		id += "~" + strconv.Itoa(d.again)
	}
	return id
}

// number gives each document its place and tells apart those with the same number.
func (r *reader) number() {
	count := map[string]int{}
	for _, d := range r.issue.Documents {
		d.place = strconv.Itoa(r.issue.Year) + "-" + strconv.Itoa(r.issue.No) + "/" + strconv.Itoa(d.Seq)
		if d.No == "" {
			continue
		}
		count[d.No]++
		d.again = count[d.No]
	}
}

// Find looks an address up, such as 甲政发〔2023〕12号#空气/三/(四)/25. Without #… the node is nil; both are nil where
// the issue holds no such place.
func (is *Issue) Find(address string) (*Document, *Node) {
	id, path, deep := strings.Cut(address, "#")
	for _, d := range is.Documents {
		if d.ID() != id {
			continue
		}
		if !deep {
			return d, nil
		}
		var found *Node
		d.Walk(func(n *Node) {
			if n.Path == path {
				found = n
			}
		})
		if found == nil {
			return nil, nil
		}
		return d, found
	}
	return nil, nil
}

// setPaths gives every node of the document its address.
func (d *Document) setPaths() {
	a := addresser{taken: map[string]int{}}
	prefix := ""
	if len(d.Plans) > 0 {
		prefix = "通知/"
	}
	a.name(d.Nodes, prefix)
	for _, p := range d.Plans {
		prefix = ""
		if p.Key != "" {
			prefix = p.Key + "/"
		}
		a.name(p.Nodes, prefix)
	}
}

// addresser names nodes and makes a name that is taken its own by ~2, ~3 ….
type addresser struct{ taken map[string]int }

func (a *addresser) name(nodes []*Node, prefix string) {
	plain, tables := 0, 0
	for _, n := range nodes {
		part := ""
		switch n.Kind {
		case ClauseNode, HeadingNode:
			if part = n.key; part == "" {
				plain++
				part = "段" + strconv.Itoa(plain)
			}
		case TableNode:
			tables++
			part = "表" + strconv.Itoa(tables)
			if len(n.Children) == 0 {
				part = strconv.Itoa(tables)
			}
		case AttachmentNode:
			part = "附件"
			if no, _, ok := parseAttachmentHead(n.Mark); ok && no > 0 {
				part += strconv.Itoa(no)
			}
		default:
			part = kindNames[n.Kind]
		}
		path := prefix + part
		a.taken[path]++
		if k := a.taken[path]; k > 1 {
			path += "~" + strconv.Itoa(k)
			a.taken[path]++
		}
		n.Path = path
		a.name(n.Children, path+"/")
	}
}

// kindNames are the words for nodes outside the numbering, as addresses and pages have them.
var kindNames = map[NodeKind]string{
	TitleNode: "标题", NumberNode: "文号", RecipientsNode: "主送", SectionNode: "栏目", HeadingNode: "标题", ClauseNode: "段",
	SignatureNode: "落款", DateNode: "日期", NoteNode: "附注", AttachListNode: "附件目录", AttachmentNode: "附件",
	PlanTitleNode: "标题", TableNode: "表",
}
