# figures-1-and-3.gp - 'gnuplot figures-1-and-3.gp' draws figures-1-and-3.svg and figures-1-and-3.pdf from figures-1-and-3.csv.
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
set output 'figures-1-and-3.'.format
set xlabel '√d'
set ylabel 'largest random gradient  max_t |∇f(z_t)|'
set offsets 0, graph 0.04, 0, 0
set xrange [0:*]
set yrange [0:*]
set key top left Left reverse
set arrow 1 from 31.622776601683793, graph 0 to 31.622776601683793, graph 0.76 nohead dashtype 3 linewidth 1 linecolor rgb '#7F7F7F'
set label 1 'd = n/10' at 31.622776601683793, graph 0.05 offset 0.5,0 textcolor rgb '#7F7F7F'
plot sample [31.622776601683793:70.710678118654755] -30.177923694191534 + 1.4737820075600794*x with lines linewidth 1.2 dashtype 2 linecolor rgb '#D55E00' title '1.47 √d − 30.2', \
  'figures-1-and-3.csv' skip 1 using ($1 == 1 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#D55E00' notitle, \
  '' skip 1 using ($1 == 1 ? $5 : NaN):7 with points pointtype 5 pointsize 0.50*swell linewidth 1 linecolor rgb '#D55E00' title 'k = 10 n/d', \
  'figures-1-and-3.csv' skip 1 using ($1 == 0 ? $5 : NaN):8:(0):($9 - $8) with vectors nohead linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using ($1 == 0 ? $5 : NaN):7 with points pointtype 7 pointsize 0.40*swell linewidth 1 linecolor rgb '#0072B2' title 'k = n = 10000'
unset output
}
