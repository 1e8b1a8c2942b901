package web

import "maps"

func init() { maps.Copy(rules, warningRules) }

// warningRules is what is expected of the routes of warnings. Who may draft, publish and carry out stands in the county's folder, by posts:
// package warning says it.
var warningRules = map[string]expected{
	"GET /warnings":             {right: "everybody"},
	"GET /warnings.json":        {right: "everybody"},
	"GET /warnings/feed.xml":    {right: "everybody"},
	"GET /warnings/{id}":        {right: "everybody"},
	"GET /warnings/{id}/{file}": {right: "everybody"},
}
