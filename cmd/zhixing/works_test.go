package main

import (
	"errors"
	"strings"
	"testing"
)

// Servers of others are read line by line; what is wrong is said with its line.
func TestServers(t *testing.T) {
	ours := func(code string) bool { return code == "water-black" || code == "dust" }
	list, err := servers(`
# the city's platform
云台市平台 https://city.example/georeport/v2/ jurisdiction=city.example service=T1:water-black service=T2:dust service=T3:dust
邻市平台 http://127.0.0.1:9000/open311/v2
`, ours)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	s := list[0]
	if s.Name != "云台市平台" || s.URL != "https://city.example/georeport/v2" || s.Jurisdiction != "city.example" || len(s.Services) != 3 || s.Services["T3"] != "dust" {
		t.Errorf("%+v", s)
	}
	if len(list[1].Services) != 0 {
		t.Errorf("%+v", list[1])
	}
	for line, want := range map[string]string{
		"市平台":                                      "no address",
		"市平台 city.example":                         "the address is none",
		"市平台 ftp://x/":                             "the address is none",
		"市平台 https://x/?a=b":                       "the address is none",
		"市平台 https://x/ service=T1:nothing":        `no service "nothing"`,
		"市平台 https://x/ service=T1":                "neither jurisdiction nor service",
		"市平台 https://x/ key=1":                     "neither jurisdiction nor service",
		"市平台 https://x/\n\n市平台 https://y.example/": "line 3: 市平台 stands there twice",
	} {
		if _, err := servers(line, ours); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
}
