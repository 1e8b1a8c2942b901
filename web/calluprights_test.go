package web

import "maps"

func init() { maps.Copy(rules, callupRules) }

// callupRules is what is expected of the routes of calls. Who says for others that they answered stands in the ladder: TestCallupBoard tries it.
var callupRules = map[string]expected{
	"GET /callups":              {right: "sit"},
	"GET /callups/{id}":         {right: "sit", idle: true},
	"POST /callups/{id}/{call}": {right: "sit", idle: true},
}
