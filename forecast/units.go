package forecast

import (
	"fmt"
	"strings"

	"zhixing/quantity"
)

// foreign are units as files write them, that are not ours: times the factor, plus the offset.
var foreign = map[string]struct {
	unit           quantity.Unit
	factor, offset float64
}{
	"kg m-2": {"mm", 1, 0}, "kg/m2": {"mm", 1, 0}, "kg m**-2": {"mm", 1, 0}, "kg/m^2": {"mm", 1, 0}, "kg m^-2": {"mm", 1, 0},
	"kg m-2 s-1": {"mm/h", 3600, 0}, "mm/hr": {"mm/h", 1, 0}, "mm h-1": {"mm/h", 1, 0}, "mm hr-1": {"mm/h", 1, 0},
	"K": {"℃", 1, -273.15}, "kelvin": {"℃", 1, -273.15}, "degC": {"℃", 1, 0}, "degree_Celsius": {"℃", 1, 0}, "Celsius": {"℃", 1, 0},
	"m s-1": {"m/s", 1, 0}, "m s**-1": {"m/s", 1, 0}, "percent": {"%", 1, 0}, "dBZ": {"dB", 1, 0}, "m of water equivalent": {"mm", 1000, 0},
	"meter": {"m", 1, 0}, "meters": {"m", 1, 0},
}

// into is how a value of a file becomes one of the product.
func into(from string, to quantity.Unit) (factor, offset float64, err error) {
	from = strings.TrimSpace(from)
	if from == "" {
		return 0, 0, fmt.Errorf("文件没有写计量单位，请在 pick 中写明 unit")
	}
	factor = 1
	unit := quantity.Unit("")
	if f, ok := foreign[from]; ok {
		unit, factor, offset = f.unit, f.factor, f.offset
	} else if unit, err = quantity.ParseUnit(from); err != nil {
		return 0, 0, fmt.Errorf("文件的计量单位“%s”读不懂，请在 forecast.yaml 中核对", cut(from, 40))
	}
	if unit == to {
		return factor, offset, nil
	}
	r, err := quantity.Convert(quantity.Int(1), unit, to)
	if err != nil {
		return 0, 0, fmt.Errorf("文件的计量单位%w", err)
	}
	by, _ := r.Float64()
	return factor * by, offset * by, nil
}
