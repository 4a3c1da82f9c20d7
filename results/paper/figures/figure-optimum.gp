# figure-optimum.gp - 'gnuplot figure-optimum.gp' draws figure-optimum.svg and figure-optimum.pdf from figure-optimum.csv.
set encoding utf8
set datafile separator comma
set border 3 linewidth 0.7 linecolor rgb '#333333'
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'
set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'
do for [format in "svg pdf"] {
if (format eq "svg") {
set terminal svg size 510,408 background rgb 'white' linewidth 1.5 font 'Helvetica,15'
swell = 1.4
} else {
set terminal pdfcairo size 8.5cm,6.8cm font 'Helvetica,11'
swell = 1
}
set output 'figure-optimum.'.format
set xlabel '√(n/k)'
set ylabel 'constant of the network / L*'
set logscale y
set xrange [0.6:*]
set yrange [0.8:5000]
set key top right
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead linewidth 1.5 linecolor rgb 'black'
set label 1 'L*: no function is flatter' at graph 0.98, first 1 right offset 0,0.6
plot 'figure-optimum.csv' skip 1 using 4:8 with points pointtype 9 pointsize 0.4*swell linecolor rgb '#C9C9C9' title 'path norm (above)', \
  '' skip 1 using 4:7 with points pointtype 7 pointsize 0.3*swell linecolor rgb '#009E73' title 'steepest found (below)', \
  '' skip 1 using 4:6 with points pointtype 6 pointsize 0.3*swell linecolor rgb '#0072B2' title 'largest random gradient'
unset output
}
