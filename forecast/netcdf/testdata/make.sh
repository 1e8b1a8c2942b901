#!/bin/sh
# Makes the NetCDF files of the tests with ncgen and nccopy (Debian: netcdf-bin) from the .cdl beside them, in each classic form, and
# what ncdump says is in them. usage: ./make.sh
set -eu
cd "$(dirname "$0")"
for f in *.cdl; do
	n=${f%.cdl}
	[ "$n" = wide ] || ncgen -k classic -o "$n.1.nc" "$f"
	[ "$n" = wide ] || ncgen -k 64-bit-offset -o "$n.2.nc" "$f"
	ncgen -k cdf5 -o "$n.5.nc" "$f"
done
nccopy -k netCDF-4 rain.1.nc refused-hdf.nc
for n in rain packed wide short; do
	ncdump -p 9,17 -v "$(sed -n 's/^\/\/ variable //p' $n.cdl)" "$n.5.nc" | sed '1,/^data:/d; s/^}//' > "$n.txt"
done
