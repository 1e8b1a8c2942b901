// Package standard holds the national tables that judge what was measured, and what they make of it: surface water (GB 3838),
// groundwater (GB/T 14848), ambient air and its indices (GB 3095, HJ 633, HJ 663), brick kilns (GB 29620), weather signals and
// heavy-pollution warnings, and the names of telemetry factors (HJ 212).
//
// The tables are data, tables/*.csv: each line says where it was read (source, clause), when it holds and in how many sources it
// was checked; 0 means from memory, and Row.Verified and Row.String say so to whoever shows the number. Nothing here is of one
// county: what a county orders beyond the law is handed in (ParseKilnLimits).
//
// Everything is a pure function. The edition of a table is chosen by the day of the measurement, EditionOn(AQIFamily, day), never by
// today. Numbers are exact decimals or fractions; a value equal to a limit passes; where classes share a limit the better one
// is taken; GB/T 8170 rounds half to even. Only the logarithms of the trophic index are inexact, and are taken to far more places
// than are kept (see ln). Input that cannot be judged is an *Error that names the item.
//
//	v, err := standard.SurfaceWater(standard.Site{Body: standard.River}, map[standard.Code]standard.Measured{
//		"NH3N": standard.Of(quantity.MustParse("1.24")), "TP": standard.Of(quantity.MustParse("0.15")),
//	})
//	v.Class            // Ⅳ
//	v.Items[0].Over    // 6/25: 0.24 times over the class Ⅲ limit of 1.0 mg/L
//	v.Items[0].Row     // GB 3838-2002 表1 第7项
//
// Judge answers one line of JSON, for cases made elsewhere (`zhixing judge`). How its numbers are printed: indices and counts whole;
// composite index and TLI with two places; shares in percent with one; percentiles and means as they are; exceedance multiples
// and converted concentrations with at most four places and no idle zeros. Pollutants and items are called in the answer as the question
// called them.
package standard
