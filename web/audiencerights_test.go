package web

import "maps"

func init() { maps.Copy(rules, audienceRules) }

// audienceRules is what is expected of the routes of those who can be told. Whose posts keep them stands in the county's folder: TestAudiencePages
// tries it.
var audienceRules = map[string]expected{
	"GET /audience":                     {right: "sit", idle: true},
	"POST /audience":                    {right: "sit", idle: true},
	"POST /audience/export":             {right: "sit", idle: true},
	"GET /audience/template.xlsx":       {right: "sit", idle: true},
	"GET /audience/import":              {right: "sit", idle: true},
	"POST /audience/import":             {right: "sit", file: "file", idle: true},
	"GET /audience/imports/{id}":        {right: "sit", idle: true},
	"POST /audience/imports/{id}/{act}": {right: "sit", idle: true},
	"GET /audience/new":                 {right: "sit", idle: true},
	"POST /audience/new":                {right: "sit", idle: true},
	"GET /audience/{id}":                {right: "sit", idle: true},
	"POST /audience/{id}/{act}":         {right: "sit", idle: true},
	"GET /warnings/subscribe":           {right: "everybody"},
	"POST /warnings/subscribe":          {right: "everybody"},
	"POST /warnings/subscribe/confirm":  {right: "everybody"},
	"GET /open/subscribe":               {right: "everybody"},
}
