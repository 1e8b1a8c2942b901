#!/bin/sh
# Makes the GRIB files of the tests with ecCodes (Debian: libeccodes-tools), and beside each what grib_get_data says is in it, so that
# our reader is held against somebody else's writer and reader. usage: ./make.sh
set -eu
cd "$(dirname "$0")"
rm -f ./*.grb2 ./*.txt
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# show FILE: packing and period of each message, then its nodes.
show() {
	grib_get -p packingType,dataDate,dataTime,stepRange "$1" | sed 's/^/# /'
	grib_get_data -L '%.2f %.2f' -F '%.4f' -m missing "$1" | grep -v Lat
}

# A storm of two cores on 16 x 12 nodes of 0.05 degrees from 111.40 E 35.25 N; $1: what to multiply with, $2: what to add, $3: whether
# nodes in a corner are missing.
values() {
	awk -v by="$1" -v plus="$2" -v gap="$3" 'BEGIN {
		for (j = 0; j < 12; j++) for (i = 0; i < 16; i++) {
			v = exp(-((i-4)^2 + (j-5)^2)/9) + 0.6*exp(-((i-12)^2 + (j-8)^2)/5)
			v = int(10*by*v)/10 + plus
			if (gap && i + j < 5) v = 9999
			printf "%s%s", (i+j ? "," : ""), v
		}
	}'
}

# filter NAME MULTIPLY ADD GAP 'SETTINGS'
filter() {
	{
		echo 'set editionNumber=2; set gridType="regular_ll"; set Ni=16; set Nj=12;'
		echo 'set latitudeOfFirstGridPointInDegrees=35.80; set latitudeOfLastGridPointInDegrees=35.25;'
		echo 'set longitudeOfFirstGridPointInDegrees=111.40; set longitudeOfLastGridPointInDegrees=112.15;'
		echo 'set iDirectionIncrementInDegrees=0.05; set jDirectionIncrementInDegrees=0.05;'
		echo 'set dataDate=20230720; set dataTime=0; set significanceOfReferenceTime=1;'
		echo "$5"
		[ "$4" = 0 ] || echo 'set missingValue=9999; set bitmapPresent=1;'
		echo "set values={$(values "$2" "$3" "$4")};"
		echo 'write;'
	} > "$tmp/f"
	grib_filter -o "$1.grb2" "$tmp/f" /usr/share/eccodes/samples/regular_ll_sfc_grib2.tmpl
	[ -f "$1.grb2" ]
	show "$1.grb2" > "$1.txt"
}

rain='set productDefinitionTemplateNumber=8; set typeOfFirstFixedSurface=1; set discipline=0; set parameterCategory=1; set parameterNumber=8; set typeOfStatisticalProcessing=1; set stepRange="3-4"; set bitsPerValue=12;'
temperature='set productDefinitionTemplateNumber=0; set discipline=0; set parameterCategory=0; set parameterNumber=0; set typeOfFirstFixedSurface=103; set scaledValueOfFirstFixedSurface=2; set scaleFactorOfFirstFixedSurface=0; set forecastTime=90; set indicatorOfUnitOfTimeRange=0; set bitsPerValue=14;'

filter rain 48 0 0 "$rain"
filter rain-gap 48 0 1 "$rain"
filter temperature 12 280.5 0 "$temperature"
filter cold -20 268 0 "$temperature set decimalScaleFactor=1;"
filter upward 48 0 0 "$rain set jScansPositively=1; set latitudeOfFirstGridPointInDegrees=35.25; set latitudeOfLastGridPointInDegrees=35.80;"
filter flat 0 3 0 "$rain"

# Packed in groups by GDAL (Debian: gdal-bin), which ecCodes can read and hardly write. $3: no-data value, $4 …: options.
gdal() {
	name=$1 gap=$2; shift 2
	awk -v gap="$gap" 'BEGIN {
		print "ncols 30\nnrows 25\nxllcorner 110.975\nyllcorner 34.475\ncellsize 0.05\nNODATA_value 9999"
		for (j = 0; j < 25; j++) {
			for (i = 0; i < 30; i++) {
				v = 70*exp(-((i-7)^2 + (j-8)^2)/10) + 25*exp(-((i-21)^2 + (j-16)^2)/22) - 4*exp(-((i-15)^2 + (j-3)^2)/8)
				if (gap && (i-25)^2 + (j-5)^2 < 16) v = 9999
				printf "%.1f ", v
			}
			print ""
		}
	}' > "$tmp/a.asc"
	gdal_translate -q -of GRIB -ot Float32 -a_srs EPSG:4326 -co DISCIPLINE=0 -co PDS_PDTN=8 \
		-co PDS_TEMPLATE_ASSEMBLED_VALUES="1 8 2 0 0 0 0 1 3 1 0 0 255 0 0 2023 7 20 4 0 0 1 0 1 2 1 1 255 0" \
		-co IDS_REF_TIME=2023-07-20T00:00:00Z "$@" "$tmp/a.asc" $name.grb2
	rm -f $name.grb2.aux.xml
	show $name.grb2 > $name.txt
}
gdal groups 0 -co DATA_ENCODING=COMPLEX_PACKING -co SPATIAL_DIFFERENCING_ORDER=0 -co DECIMAL_SCALE_FACTOR=1
gdal groups-gap 1 -co DATA_ENCODING=COMPLEX_PACKING -co SPATIAL_DIFFERENCING_ORDER=0 -co DECIMAL_SCALE_FACTOR=1
gdal first 0 -co DATA_ENCODING=COMPLEX_PACKING -co SPATIAL_DIFFERENCING_ORDER=1 -co DECIMAL_SCALE_FACTOR=1
gdal second 0 -co DATA_ENCODING=COMPLEX_PACKING -co SPATIAL_DIFFERENCING_ORDER=2 -co DECIMAL_SCALE_FACTOR=2
gdal second-gap 1 -co DATA_ENCODING=COMPLEX_PACKING -co SPATIAL_DIFFERENCING_ORDER=2 -co DECIMAL_SCALE_FACTOR=1

# One file of many: the hours of a forecast.
grib_set -r -s packingType=grid_complex rain.grb2 rain-complex.grb2
show rain-complex.grb2 > rain-complex.txt
# ecCodes writes differences of order zero, which are none.
grib_set -r -s packingType=grid_complex_spatial_differencing rain-gap.grb2 zeroth.grb2
show zeroth.grb2 > zeroth.txt
for h in 0-1 1-2 2-3; do
	grib_set -s stepRange=$h rain.grb2 "$tmp/$h.grb2"
done
cat "$tmp/0-1.grb2" "$tmp/1-2.grb2" "$tmp/2-3.grb2" > hours.grb2
show hours.grb2 > hours.txt

# What is refused by name.
grib_set -r -s packingType=grid_jpeg rain.grb2 refused-jpeg.grb2 || rm -f refused-jpeg.grb2
grib_set -r -s packingType=grid_png rain.grb2 refused-png.grb2 || rm -f refused-png.grb2
grib_set -r -s packingType=grid_ccsds rain.grb2 refused-ccsds.grb2 || rm -f refused-ccsds.grb2
cp /usr/share/eccodes/samples/polar_stereographic_sfc_grib2.tmpl refused-polar.grb2
grib_set -s edition=1 temperature.grb2 refused-edition1.grb2
ls -l
