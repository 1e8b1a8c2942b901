package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf16"
)

// file collects numbered objects. Object n stands at objects[n-1].
type file struct{ objects []string }

// reserve gives out a number whose object comes later.
func (f *file) reserve() int {
	f.objects = append(f.objects, "")
	return len(f.objects)
}

func (f *file) set(n int, format string, args ...any) { f.objects[n-1] = fmt.Sprintf(format, args...) }

func (f *file) add(format string, args ...any) int {
	n := f.reserve()
	f.set(n, format, args...)
	return n
}

// stream adds compressed bytes; more goes into its dictionary.
func (f *file) stream(b []byte, more string) int {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write(b) // a bytes.Buffer takes everything
	w.Close()
	return f.add("<</Length %d/Filter/FlateDecode%s>>\nstream\n%s\nendstream", z.Len(), more, z.String())
}

func ref(n int) string { return fmt.Sprintf("%d 0 R", n) }

func refs(ns []int) string {
	var b strings.Builder
	for i, n := range ns {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(ref(n))
	}
	return b.String()
}

// Bytes writes the document. There must be at least one page.
func (d *Doc) Bytes() []byte {
	var f file
	catalog, tree, structure := f.reserve(), f.reserve(), f.reserve()
	font := d.writeFont(&f)
	pages := make([]int, len(d.pages))
	for i := range d.pages {
		pages[i] = f.reserve()
	}
	d.writeStructure(&f, structure, pages)
	for i, p := range d.pages {
		content := f.stream(p.content.Bytes(), "")
		var annots []int
		for _, l := range p.links {
			annots = append(annots, f.add("<</Type/Annot/Subtype/Link/Rect[%s %s %s %s]/Border[0 0 0]/F 4/Contents%s/A<</S/URI/URI%s>>>>",
				num(l.x), num(d.h-l.y-l.h), num(l.x+l.w), num(d.h-l.y), str(l.url), literal(l.url)))
		}
		f.set(pages[i], "<</Type/Page/Parent %s/MediaBox[0 0 %s %s]/Resources<</Font<</F %s>>>>/Contents %s/StructParents %d/Tabs/S/Annots[%s]>>",
			ref(tree), num(d.w), num(d.h), ref(font), ref(content), i, refs(annots))
	}
	f.set(tree, "<</Type/Pages/Count %d/Kids[%s]>>", len(pages), refs(pages))
	outlines := d.writeOutline(&f, pages)
	metadata := f.add("<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream", len(d.xmp()), d.xmp())
	f.set(catalog, "<</Type/Catalog/Pages %s/Lang%s/MarkInfo<</Marked true>>/StructTreeRoot %s/Metadata %s/ViewerPreferences<</DisplayDocTitle true>>%s>>",
		ref(tree), literal(d.info.Lang), ref(structure), ref(metadata), outlines)
	info := f.add("<</Title%s/Author%s/Subject%s/Keywords%s/Creator%s%s>>", str(d.info.Title), str(d.info.Author),
		str(d.info.Subject), str(d.info.Keywords), str(d.info.Creator), d.dates())
	return f.bytes(catalog, info)
}

// bytes numbers the objects' places. The file's id is the hash of its contents.
func (f *file) bytes(catalog, info int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(f.objects))
	for i, o := range f.objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	id := sha256.Sum256(b.Bytes())
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root %s/Info %s/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(at)+1, ref(catalog), ref(info), id[:16], id[:16], xref)
	return b.Bytes()
}

func (d *Doc) writeFont(f *file) int {
	s := d.font
	program := s.file()
	data := f.stream(program, fmt.Sprintf("/Length1 %d", len(program)))
	sum := sha256.Sum256(program)
	name := "ZHIXIN+Face"
	for i, c := range sum[:6] { // six capitals name the subset
		name = name[:i] + string('A'+c%26) + name[i+1:]
	}
	em := func(t string, at int) int {
		b := s.font.tables[t]
		return int(float64(int16(b[at])<<8|int16(b[at+1])) * 1000 / s.font.unit)
	}
	descriptor := f.add("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %s>>",
		name, em("head", 36), em("head", 38), em("head", 40), em("head", 42), em("hhea", 4), em("hhea", 6), em("hhea", 4), ref(data))
	var widths strings.Builder
	for id := range s.glyphs {
		if w := s.width(id); w != 1000 {
			fmt.Fprintf(&widths, "%d[%d]", id, w)
		}
	}
	cid := f.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %s/DW 1000/W[%s]/CIDToGIDMap/Identity>>",
		name, ref(descriptor), widths.String())
	unicode := f.stream(s.unicode(), "")
	return f.add("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%s]/ToUnicode %s>>", name, ref(cid), ref(unicode))
}

// unicode maps every id back to its character, at most a hundred a block as the format wants.
func (s *subset) unicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for from := 1; from < len(s.runes); from += 100 {
		to := min(from+100, len(s.runes))
		fmt.Fprintf(&b, "%d beginbfchar\n", to-from)
		for id := from; id < to; id++ {
			fmt.Fprintf(&b, "<%04X> <", id)
			for _, u := range utf16.Encode([]rune{s.runes[id]}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// writeStructure writes the tree of elements and, for every page, whose its pieces are.
func (d *Doc) writeStructure(f *file, root int, pages []int) {
	var number func(e *element)
	number = func(e *element) {
		e.object = f.reserve()
		for _, k := range e.kids {
			if k.element != nil {
				number(k.element)
			}
		}
	}
	number(d.root)
	var write func(e *element, parent int)
	write = func(e *element, parent int) {
		var kids strings.Builder
		for _, k := range e.kids {
			if k.element != nil {
				kids.WriteString(ref(k.element.object) + " ")
				write(k.element, e.object)
				continue
			}
			fmt.Fprintf(&kids, "<</Type/MCR/Pg %s/MCID %d>> ", ref(pages[k.page]), k.mark)
		}
		f.set(e.object, "<</Type/StructElem/S/%s/P %s/K[%s]>>", e.tag, ref(parent), kids.String())
	}
	write(d.root, root)
	var nums strings.Builder
	for i, p := range d.pages {
		owners := make([]int, len(p.owners))
		for j, e := range p.owners {
			owners[j] = e.object
		}
		fmt.Fprintf(&nums, "%d %s ", i, ref(f.add("[%s]", refs(owners))))
	}
	f.set(root, "<</Type/StructTreeRoot/K %s/ParentTree <</Nums[%s]>>/ParentTreeNextKey %d>>", ref(d.root.object), nums.String(), len(d.pages))
}

// writeOutline nests the entries by level and returns what the catalog says of them.
func (d *Doc) writeOutline(f *file, pages []int) string {
	if len(d.outline) == 0 {
		return ""
	}
	root := f.reserve()
	objects := make([]int, len(d.outline))
	parents := []struct{ level, at int }{{0, -1}}
	children := map[int][]int{}
	for i, e := range d.outline {
		objects[i] = f.reserve()
		for len(parents) > 1 && parents[len(parents)-1].level >= e.level {
			parents = parents[:len(parents)-1]
		}
		parent := parents[len(parents)-1].at
		children[parent] = append(children[parent], i)
		parents = append(parents, struct{ level, at int }{e.level, i})
	}
	ends := func(kids []int) string {
		if len(kids) == 0 {
			return ""
		}
		return fmt.Sprintf("/First %s/Last %s/Count %d", ref(objects[kids[0]]), ref(objects[kids[len(kids)-1]]), len(kids))
	}
	for parent, kids := range children { // every object has its number, so the order does not show
		for k, i := range kids {
			e, up, beside := d.outline[i], root, ""
			if parent >= 0 {
				up = objects[parent]
			}
			if k > 0 {
				beside += "/Prev " + ref(objects[kids[k-1]])
			}
			if k+1 < len(kids) {
				beside += "/Next " + ref(objects[kids[k+1]])
			}
			f.set(objects[i], "<</Title%s/Parent %s%s%s/Dest[%s/XYZ null %s null]>>", str(e.title), ref(up), beside,
				ends(children[i]), ref(pages[e.page]), num(d.h-e.y))
		}
	}
	f.set(root, "<</Type/Outlines%s>>", ends(children[-1]))
	return "/Outlines " + ref(root) + "/PageMode/UseOutlines"
}

func (d *Doc) dates() string {
	if d.info.Created.IsZero() {
		return ""
	}
	t := d.info.Created.UTC().Format("(D:20060102150405Z)")
	return "/CreationDate" + t + "/ModDate" + t
}

// xmp is the same head in the form that catalogues read.
func (d *Doc) xmp() string {
	var b strings.Builder
	esc := func(s string) string {
		var e strings.Builder
		xml.EscapeText(&e, []byte(s))
		return e.String()
	}
	b.WriteString("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">" +
		"<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" " +
		"xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">")
	fmt.Fprintf(&b, "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:title>", esc(d.info.Title))
	fmt.Fprintf(&b, "<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>", esc(d.info.Author))
	fmt.Fprintf(&b, "<dc:identifier>%s</dc:identifier><dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>", esc(d.info.Subject), esc(d.info.Lang))
	if !d.info.Created.IsZero() {
		fmt.Fprintf(&b, "<xmp:CreateDate>%s</xmp:CreateDate>", d.info.Created.UTC().Format("2006-01-02T15:04:05Z"))
	}
	b.WriteString("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return b.String()
}

// literal writes bytes as a string in brackets.
func literal(s string) string {
	return "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`, "\r", `\r`, "\n", `\n`).Replace(s) + ")"
}
