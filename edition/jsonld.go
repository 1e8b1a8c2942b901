package edition

import (
	"encoding/json"
	"strconv"

	"zhixing/calendar"
	"zhixing/edition/paper"
)

// JSONLD is the document's head as schema.org/Legislation, for search engines and catalogues, in canonical form. Set
// into a page it stands in <script type="application/ld+json">: <, > and & are escaped for that.
//
//	{"@context":"https://schema.org","@type":"Legislation","legislationIdentifier":"甲政办发〔2023〕12号",…}
func JSONLD(p Publication) []byte {
	p = p.Clean()
	id := p.URL
	if id == "" {
		id = "urn:zhixing:" + p.County.Code + ":" + p.Key
	}
	d := map[string]any{
		"@context": "https://schema.org", "@type": "Legislation", "@id": id, "inLanguage": "zh-CN",
		"name": p.Title, "version": strconv.Itoa(p.Version), "isAccessibleForFree": true,
		"legislationLegalForce": map[Record]string{Withdraw: "https://schema.org/NotInForce"}[p.Record],
		"url":                   p.URL, "legislationIdentifier": p.No, "legislationType": p.Kind,
		"legislationDate": p.SignedOn.String(), "legislationPassedBy": organization(p.Issuer),
		"legislationJurisdiction": place(p.County), "publisher": organization(p.County.Name + "人民政府"),
		"abstract": p.VersionNote,
	}
	if !p.PublishedAt.IsZero() {
		d["datePublished"] = calendar.DateOf(p.PublishedAt).String()
		if len(p.Earlier) > 0 {
			d["datePublished"] = calendar.DateOf(p.Earlier[0].PublishedAt).String()
			d["dateModified"] = calendar.DateOf(p.PublishedAt).String()
		}
	}
	if i := p.Issue; i.Title != "" {
		d["isPartOf"] = fill(map[string]any{"@type": "PublicationIssue", "issueNumber": strconv.Itoa(i.No),
			"datePublished": i.PublishDate.String(), "isPartOf": map[string]any{"@type": "Periodical", "name": i.Title}})
	}
	relations := map[string][]any{}
	for _, c := range p.Cites {
		name := map[string]string{"废止": "legislationRepeals", "修改": "legislationChanges", "替代": "legislationChanges",
			"贯彻": "legislationEnsuresImplementationOf"}[c.Effect]
		if name == "" {
			name = "citation"
		}
		cited := map[string]any{"@type": "Legislation", "name": c.Title, "legislationIdentifier": c.No}
		if paper.WebAddress(c.URL) {
			cited["url"] = c.URL
		}
		relations[name] = append(relations[name], fill(cited))
	}
	for name, list := range relations {
		d[name] = list
	}
	b, err := json.Marshal(fill(d)) // keys of maps are written sorted; <, >, & as \u003c …
	if err != nil {                 // strings, lists and maps of them always marshal
		panic("edition.JSONLD: " + err.Error())
	}
	return append(b, '\n')
}

// fill takes the empty values out.
func fill(m map[string]any) map[string]any {
	for k, v := range m {
		switch v := v.(type) {
		case string:
			if v == "" {
				delete(m, k)
			}
		case map[string]any:
			if v == nil {
				delete(m, k)
			}
		}
	}
	return m
}

func organization(name string) map[string]any {
	if name == "" || name == "人民政府" {
		return nil
	}
	return map[string]any{"@type": "GovernmentOrganization", "name": name}
}

func place(c County) map[string]any {
	if c.Name == "" && c.Code == "" {
		return nil
	}
	return fill(map[string]any{"@type": "AdministrativeArea", "name": c.Name, "identifier": c.Code})
}
