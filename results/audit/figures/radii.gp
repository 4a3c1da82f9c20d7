# radii.gp - 'gnuplot radii.gp' draws radii.svg and radii.pdf from radii.csv.
set encoding utf8
set datafile separator comma
set border 3 linewidth 0.7 linecolor rgb '#333333'
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'
set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'
do for [format in "svg pdf"] {
if (format eq "svg") {
set terminal svg size 510,450 background rgb 'white' linewidth 1.5 font 'Helvetica,15'
swell = 1.4
} else {
set terminal pdfcairo size 8.5cm,7.5cm font 'Helvetica,11'
swell = 1
}
set output 'radii.'.format
set xlabel 'attack: another class at this distance'
set ylabel 'radius'
set xrange [0:0.625542]
set yrange [0:0.469989]
set key below height 1
plot 'radii.csv' skip 1 using 4:3 with points pointtype 7 pointsize 0.25*swell linecolor rgb '#56B4E9' title 'proved near the point', \
  'radii.csv' skip 1 using 4:2 with points pointtype 7 pointsize 0.25*swell linecolor rgb '#0072B2' title 'margin over constant', \
  x with lines linewidth 1.2 linecolor rgb '#222222' title 'equal'
unset output
}
