# figure-aspect.gp - 'gnuplot figure-aspect.gp' draws figure-aspect.svg and figure-aspect.pdf from figure-aspect.csv.
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
set output 'figure-aspect.'.format
set xlabel 'd/n'
set ylabel 'largest random gradient'
set logscale x
set xtics ('0.001' 0.001, '0.01' 0.01, '0.1' 0.1, '1' 1)
set yrange [0:*]
set xrange [*:1]
set key top left Left reverse
set arrow 1 from 0.1, graph 0 to 0.1, graph 0.72 nohead dashtype 3 linewidth 1 linecolor rgb '#7F7F7F'
plot 'figure-aspect.csv' skip 1 using ($1 == 0 && $2 == 10000 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 0 && $2 == 10000 ? $5 : NaN):7 with linespoints pointtype 7 pointsize 0.40*swell linewidth 1 linecolor rgb '#0072B2' title 'k = n, n = 10000', \
  'figure-aspect.csv' skip 1 using ($1 == 0 && $2 == 2000 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 0 && $2 == 2000 ? $5 : NaN):7 with linespoints pointtype 4 pointsize 0.40*swell linewidth 1 linecolor rgb '#0072B2' title 'k = n, n = 2000', \
  'figure-aspect.csv' skip 1 using ($1 == 0 && $2 == 1000 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 0 && $2 == 1000 ? $5 : NaN):7 with linespoints pointtype 8 pointsize 0.40*swell linewidth 1 linecolor rgb '#0072B2' title 'k = n, n = 1000', \
  'figure-aspect.csv' skip 1 using ($1 == 1 && $2 == 10000 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#D55E00' notitle, \
  '' skip 1 using ($1 == 1 && $2 == 10000 ? $5 : NaN):7 with linespoints pointtype 7 pointsize 0.40*swell linewidth 1 linecolor rgb '#D55E00' title 'k = 10 n/d, n = 10000', \
  'figure-aspect.csv' skip 1 using ($1 == 1 && $2 == 2000 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#D55E00' notitle, \
  '' skip 1 using ($1 == 1 && $2 == 2000 ? $5 : NaN):7 with linespoints pointtype 4 pointsize 0.40*swell linewidth 1 linecolor rgb '#D55E00' title 'k = 10 n/d, n = 2000', \
  'figure-aspect.csv' skip 1 using ($1 == 1 && $2 == 1000 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#D55E00' notitle, \
  '' skip 1 using ($1 == 1 && $2 == 1000 ? $5 : NaN):7 with linespoints pointtype 8 pointsize 0.40*swell linewidth 1 linecolor rgb '#D55E00' title 'k = 10 n/d, n = 1000'
unset output
}
