package web

import "maps"

func init() { maps.Copy(rules, warningRules) }

// warningRules is what is expected of the routes of warnings. Who may draft, publish and carry out stands in the county's folder, by posts:
// package warning says it, and TestWarningDesk tries it.
var warningRules = map[string]expected{
	"GET /warnings":                  {right: "everybody"},
	"GET /warnings.json":             {right: "everybody"},
	"GET /warnings.csv":              {right: "everybody"},
	"GET /warnings/feed.xml":         {right: "everybody"},
	"GET /warnings/{id}":             {right: "everybody"},
	"GET /warnings/media":            {right: "everybody"},
	"GET /warnings/media.json":       {right: "everybody"},
	"GET /warnings/verify":           {right: "everybody"},
	"POST /warnings/verify":          {right: "everybody", file: "file"},
	"GET /warnings/certificates.pem": {right: "everybody"},
	"GET /warnings/certificate.pem":  {right: "everybody"},
	"GET /warnings/{id}/{file}":      {right: "everybody"},

	"GET /warnings/desk":                  {right: "sit"},
	"GET /warnings/quality":               {right: "sit"},
	"GET /warnings/quality.csv":           {right: "sit"},
	"GET /warnings/desk/new":              {right: "sit", idle: true},
	"POST /warnings/desk/new":             {right: "sit", idle: true},
	"POST /warnings/desk/inside.json":     {right: "sit", idle: true},
	"GET /warnings/desk/{id}/{n}":         {right: "sit", idle: true},
	"POST /warnings/desk/{id}/{n}/{act}":  {right: "sit", idle: true},
	"POST /warnings/proposals/{id}/{act}": {right: "sit", idle: true},
	"POST /warnings/orders/{id}/{act}":    {right: "sit", idle: true},
}
