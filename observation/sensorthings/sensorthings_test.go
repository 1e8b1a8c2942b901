package sensorthings

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhixing/calendar"
	"zhixing/db"
	"zhixing/db/dbtest"
	"zhixing/observation"
	"zhixing/quantity"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// service has two public outlets and a secret one, each with hours of 化学需氧量, and a series that is not public.
func service(t *testing.T, do func(t *testing.T, get func(target string) (int, map[string]any))) {
	clock := dbtest.At("2023-09-21T00:00:00+08:00")
	dbtest.EachAt(t, clock.Now, func(t *testing.T, d *db.DB) {
		o, err := observation.New("999999", []*observation.Definition{
			{Name: "cod", Title: "化学需氧量", Register: "outlets", Item: "COD", Unit: "mg/L", Kind: observation.Hour, Public: true, Method: "HJ 828"},
			{Name: "nh3", Title: "氨氮", Register: "outlets", Unit: "mg/L", Kind: observation.Hour}})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			var list []observation.Reading
			for _, key := range []string{"P1", "P2", "SECRET"} {
				for h := range 12 {
					v := observation.Measured(quantity.Sample{Decimal: quantity.New(int64(h*10+5), 1)})
					if h == 3 {
						v = observation.Value{Empty: true, Flag: observation.Fault}
					}
					list = append(list, observation.Reading{Name: "cod", Key: key, At: time.Date(2023, 9, 20, h, 0, 0, 0, calendar.Zone), Value: v},
						observation.Reading{Name: "nh3", Key: key, At: time.Date(2023, 9, 20, h, 0, 0, 0, calendar.Zone), Value: v})
				}
			}
			_, err := o.Record(ctx, tx, list)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s := &Service{Base: "https://gov.example.cn/sta/v1.1", Observations: o, Entry: func(_ context.Context, _ *db.Tx, register, key string) (Entry, bool, error) {
			return Entry{Name: key + "号排口", About: "排污口", Point: &Point{111.5, 35.5}}, key != "SECRET", nil
		}}
		do(t, func(target string) (status int, out map[string]any) {
			t.Helper()
			path, query, _ := strings.Cut(target, "?")
			values, err := url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
			if err != nil {
				t.Fatal(target, err)
			}
			err = d.Read(ctx, func(tx *db.Tx) error {
				var body []byte
				status, body = s.Get(ctx, tx, path, values)
				if strings.Contains(string(body), "SECRET") || strings.Contains(string(body), "氨氮") {
					t.Errorf("%s tells what is not public: %s", target, body)
				}
				return json.Unmarshal(body, &out)
			})
			if err != nil {
				t.Fatal(target, err)
			}
			return status, out
		})
	})
}

// at follows a path such as value.0.name through an answer.
func at(v any, path string) string {
	for step := range strings.SplitSeq(path, "|") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			if step == "#" {
				return fmt.Sprint(len(x))
			}
			var n int
			if _, err := fmt.Sscan(step, &n); err != nil || n >= len(x) {
				return "nothing at " + step
			}
			v = x[n]
		}
	}
	return fmt.Sprint(v)
}

func TestAnswers(t *testing.T) {
	service(t, func(t *testing.T, get func(string) (int, map[string]any)) {
		for _, c := range []struct {
			target string
			status int
			want   map[string]string
		}{
			{"/", 200, map[string]string{"value|#": "7", "value|0|name": "Things", "value|2|url": "https://gov.example.cn/sta/v1.1/Datastreams"}},
			{"/Things?$count=true", 200, map[string]string{"value|#": "2", "@iot.count": "2", "value|0|name": "P1号排口", "value|0|properties|key": "P1", "value|0|Datastreams@iot.navigationLink": "https://gov.example.cn/sta/v1.1/Things(1)/Datastreams"}},
			{"/Things(1)", 200, map[string]string{"@iot.id": "1", "@iot.selfLink": "https://gov.example.cn/sta/v1.1/Things(1)"}},
			{"/Things(1)/Locations", 200, map[string]string{"value|0|location|coordinates|0": "111.5", "value|0|encodingType": "application/geo+json"}},
			{"/Things(1)/Datastreams", 200, map[string]string{"value|#": "1", "value|0|unitOfMeasurement|symbol": "mg/L", "value|0|name": "化学需氧量"}},
			{"/Things(3)", 404, nil},
			{"/Datastreams(1)/Thing", 200, map[string]string{"name": "P1号排口"}},
			{"/Datastreams(1)/Sensor", 200, map[string]string{"metadata": "HJ 828", "@iot.selfLink": "https://gov.example.cn/sta/v1.1/Sensors('cod')"}},
			{"/ObservedProperties('cod')/Datastreams?$top=0&$count=true", 200, map[string]string{"value|#": "0", "@iot.count": "2"}},
			{"/Datastreams(2)", 404, nil}, // 氨氮
			{"/Datastreams(1)/Observations?$top=2&$orderby=phenomenonTime desc", 200, map[string]string{"value|#": "2", "value|0|result": "11.5", "value|0|phenomenonTime": "2023-09-20T03:00:00Z/2023-09-20T04:00:00Z",
				"@iot.nextLink": "https://gov.example.cn/sta/v1.1/Datastreams(1)/Observations?%24orderby=phenomenonTime+desc&%24skip=2&%24top=2"}},
			{"/Datastreams(1)/Observations?$top=2&$skip=2&$orderby=phenomenonTime desc&$count=true", 200, map[string]string{"value|0|result": "9.5", "@iot.count": "12"}},
			{"/Datastreams(1)/Observations?$filter=phenomenonTime ge 2023-09-19T18:00:00Z and phenomenonTime lt 2023-09-19T20:00:00Z&$count=true", 200, map[string]string{"@iot.count": "2", "value|1|result": "<nil>", "value|1|resultQuality|flag": "D", "value|1|resultQuality|state": "源头缺测"}},
			{"/Datastreams(1)/Observations?$filter=result gt 8.5 and not (result ge 10.5)&$count=true", 200, map[string]string{"@iot.count": "1", "value|0|result": "9.5"}},
			{"/Datastreams(1)/Observations(1-1695135600000000)", 404, nil},
			{"/Observations(1-1695139200000000)", 200, map[string]string{"result": "0.5"}},
			{"/Observations(1-1695139200000000)/FeatureOfInterest", 200, map[string]string{"feature|type": "Point"}},
			{"/Observations", 501, nil},
			{"/Things?$filter=name eq 'P2号排口'", 200, map[string]string{"value|#": "1", "value|0|properties|key": "P2"}},
			{"/Datastreams?$filter=Thing/name eq 'P2号排口' or startswith(name,'x')", 200, map[string]string{"value|#": "1", "value|0|properties|address": "cod/P2"}},
			{"/Datastreams?$filter=substringof('P2',properties/address)", 200, map[string]string{"value|#": "1"}},
			{"/Things?$select=name,Datastreams&$orderby=name desc", 200, map[string]string{"value|0|name": "P2号排口", "value|0|description": "<nil>"}},
			{"/Things?$expand=Datastreams($expand=Observations($top=1;$orderby=phenomenonTime desc),ObservedProperty),Locations", 200, map[string]string{"value|1|Datastreams|0|Observations|#": "1",
				"value|1|Datastreams|0|Observations|0|result": "11.5", "value|1|Datastreams|0|ObservedProperty|definition": "COD", "value|1|Locations|#": "1",
				"value|1|Datastreams|0|Observations@iot.nextLink": "https://gov.example.cn/sta/v1.1/Datastreams(3)/Observations?%24orderby=phenomenonTime+desc&%24skip=1&%24top=1"}},
			{"/Things(1)?$expand=Datastreams/Observations($top=1)", 200, map[string]string{"Datastreams|0|Observations|0|result": "0.5"}},
			{"/Things?$filter=name eq", 400, nil},
			{"/Things?$filter=geo.distance(location,1) lt 3", 501, nil},
			{"/Things?$top=x", 400, nil},
			{"/Things?$resultFormat=dataArray", 501, nil},
			{"/Nothing", 404, nil},
			{"/Things/Datastreams", 400, nil},
		} {
			status, answer := get(c.target)
			if status != c.status {
				t.Errorf("%s: %d %v, want %d", c.target, status, answer, c.status)
				continue
			}
			for path, want := range c.want {
				if got := at(answer, path); got != want {
					t.Errorf("%s: %s is %s, want %s", c.target, path, got, want)
				}
			}
		}
	})
}

// A client that follows nextLink blindly sees everything once.
func TestNextLinks(t *testing.T) {
	service(t, func(t *testing.T, get func(string) (int, map[string]any)) {
		for _, order := range []string{"", "&$orderby=phenomenonTime desc"} {
			seen := map[string]bool{}
			target := "/Datastreams(1)/Observations?$top=5" + order
			for n := 0; target != "" && n < 10; n++ {
				_, answer := get(target)
				for i := range answer["value"].([]any) {
					id := at(answer, fmt.Sprintf("value|%d|@iot.id", i))
					if seen[id] {
						t.Errorf("%s twice", id)
					}
					seen[id] = true
				}
				next, _ := answer["@iot.nextLink"].(string)
				target = strings.TrimPrefix(next, "https://gov.example.cn/sta/v1.1")
			}
			if len(seen) != 12 {
				t.Errorf("%d observations, want 12", len(seen))
			}
		}
	})
}

func FuzzOptions(f *testing.F) {
	f.Add("$filter", "Thing/name eq 'x''y' and not (result gt 1.5 or substringof('a',name))")
	f.Add("$expand", "Datastreams($expand=Observations($top=1;$orderby=phenomenonTime desc),ObservedProperty),Locations")
	f.Add("$orderby", "name desc,id")
	f.Fuzz(func(t *testing.T, name, value string) {
		o, err := readQuery(url.Values{name: {value}})
		if err == nil && o.filter != nil {
			o.filter.holds(&entity{id: int64(1), props: map[string]any{"name": "x", "result": quantity.Int(1)}})
			between(o.filter)
		}
		_, _ = splitPath(value)
	})
}
