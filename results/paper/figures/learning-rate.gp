# learning-rate.gp - 'gnuplot learning-rate.gp' draws learning-rate.svg and learning-rate.pdf from learning-rate.csv.
set encoding utf8
set datafile separator comma
set border 3 linewidth 0.7 linecolor rgb '#333333'
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'
set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'
do for [format in "svg pdf"] {
if (format eq "svg") {
set terminal svg size 510,384 background rgb 'white' linewidth 1.5 font 'Helvetica,15'
swell = 1.4
} else {
set terminal pdfcairo size 8.5cm,6.4cm font 'Helvetica,11'
swell = 1
}
set output 'learning-rate.'.format
set xlabel '√(n/k)'
set ylabel 'largest random gradient'
set offsets 0, graph 0.04, graph 0.15, 0
set xrange [0:*]
set yrange [0:*]
set key top left Left reverse
plot 'learning-rate.csv' skip 1 using ($1 <= 0.1001 ? $5 - 0.03 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 <= 0.1001 ? $5 - 0.03 : NaN):7 with points pointtype 7 pointsize 0.35*swell linewidth 1 linecolor rgb '#0072B2' title 'd ≤ n/10', \
  'learning-rate.csv' skip 1 using ($1 > 0.1001 ? $5 + 0.03 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#D55E00' notitle, \
  '' skip 1 using ($1 > 0.1001 ? $5 + 0.03 : NaN):7 with points pointtype 5 pointsize 0.35*swell linewidth 1 linecolor rgb '#D55E00' title 'd > n/10'
unset output
}
