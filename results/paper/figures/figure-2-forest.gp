# figure-2-forest.gp - 'gnuplot figure-2-forest.gp' draws figure-2-forest.svg and figure-2-forest.pdf from figure-2-forest.csv.
set encoding utf8
set datafile separator comma
set border 3 linewidth 0.7 linecolor rgb '#333333'
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'
set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'
do for [format in "svg pdf"] {
if (format eq "svg") {
set terminal svg size 510,636 background rgb 'white' linewidth 1.5 font 'Helvetica,15'
swell = 1.4
} else {
set terminal pdfcairo size 8.5cm,10.6cm font 'Helvetica,11'
swell = 1
}
set output 'figure-2-forest.'.format
set multiplot layout 1,2 margins screen 0.19,0.97,0.1321,0.9434 spacing screen 0.06
unset key
set yrange [0.3:20.7]
set ytics scale 0
set grid ytics xtics
set xtics autofreq
set label 3 'n, d' at graph -0.06, graph 1 right offset 0,0.8 textcolor rgb '#333333'
set xtics 0.5
set xlabel 'slope'
set object 1 rectangle from 0.6, graph 0 to 1.3, graph 1 behind fillcolor rgb '#DCEBE3' fillstyle solid noborder
set format y '%s'
plot 'figure-2-forest.csv' skip 1 using ($4 == 1 ? $6 : NaN):1:($7 - $6):(0) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2', \
  '' skip 1 using ($4 == 1 ? $5 : NaN):1:ytic(sprintf('%d, %d', $2, $3)) with points pointtype 7 pointsize 0.4*swell linecolor rgb '#0072B2', \
  'figure-2-forest.csv' skip 1 using ($4 == 0 ? $6 : NaN):1:($7 - $6):(0) with vectors nohead linewidth 1.2 linecolor rgb '#7F7F7F', \
  '' skip 1 using ($4 == 0 ? $5 : NaN):1:ytic(sprintf('%d, %d', $2, $3)) with points pointtype 6 pointsize 0.4*swell linecolor rgb '#7F7F7F'
unset label 3
set border 1
set ytics 1
set xtics 2
set xlabel 'intercept'
set object 1 rectangle from 5, graph 0 to 9, graph 1 behind fillcolor rgb '#DCEBE3' fillstyle solid noborder
set format y ''
plot 'figure-2-forest.csv' skip 1 using ($4 == 1 ? $9 : NaN):1:($10 - $9):(0) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2', \
  '' skip 1 using ($4 == 1 ? $8 : NaN):1 with points pointtype 7 pointsize 0.4*swell linecolor rgb '#0072B2', \
  'figure-2-forest.csv' skip 1 using ($4 == 0 ? $9 : NaN):1:($10 - $9):(0) with vectors nohead linewidth 1.2 linecolor rgb '#7F7F7F', \
  '' skip 1 using ($4 == 0 ? $8 : NaN):1 with points pointtype 6 pointsize 0.4*swell linecolor rgb '#7F7F7F'
unset multiplot
unset output
}
