package web

import "maps"

func init() { maps.Copy(rules, callupRules) }

// callupRules is what is expected of the routes of calls. Who says for others that they answered stands in the ladder: TestCallupBoard tries
// it. That nobody answers for another TestMyCalls tries.
var callupRules = map[string]expected{
	"GET /callups":                   {right: "sit"},
	"GET /callups.csv":               {right: "sit"},
	"GET /callups/{id}":              {right: "sit", idle: true},
	"GET /callups/{id}/photos/{sha}": {right: "sit", idle: true},
	"POST /callups/{id}/{call}":      {right: "sit", idle: true},
	"GET /callups/mine":              {right: "sit"},
	"GET /callups/mine/{call}":       {right: "sit", idle: true},
	"POST /callups/mine/{call}":      {right: "sit", idle: true},
	"GET /callups/roster":            {right: "sit"},
	"GET /callups/roster.csv":        {right: "sit"},
	"GET /speakers.csv":              {right: "sit"},
	"GET /speakers":                  {right: "sit"},
	"POST /speakers":                 {right: "sit", form: map[string]string{"channel": "speaker", "device": "none", "once": "1"}, idle: true},
	"POST /callups/roster":           {right: "sit", form: map[string]string{"act": "drop", "id": "99"}, idle: true},
}
