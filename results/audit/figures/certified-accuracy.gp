# certified-accuracy.gp - 'gnuplot certified-accuracy.gp' draws certified-accuracy.svg and certified-accuracy.pdf from certified-accuracy.csv.
set encoding utf8
set datafile separator comma
set border 3 linewidth 0.7 linecolor rgb '#333333'
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'
set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'
do for [format in "svg pdf"] {
if (format eq "svg") {
set terminal svg size 1050,570 background rgb 'white' linewidth 1.5 font 'Helvetica,15'
swell = 1.4
} else {
set terminal pdfcairo size 17.5cm,9.5cm font 'Helvetica,11'
swell = 1
}
set output 'certified-accuracy.'.format
set xlabel 'radius r (l2)'
set ylabel '% of the points'
set yrange [0:102]
set xrange [0:0.449435]
set key below height 1
plot 'certified-accuracy.csv' skip 1 using 1:3:4 with filledcurves fillcolor rgb '#F1EDE4' notitle, \
  '' skip 1 using 1:4 with lines linewidth 2 linecolor rgb '#D55E00' title 'not broken by the attack: at most so many', \
  '' skip 1 using 1:3 with lines linewidth 2.5 linecolor rgb '#56B4E9' title 'proved near each point: at least so many', \
  '' skip 1 using 1:2 with lines linewidth 2.5 linecolor rgb '#0072B2' title 'margin over constant: at least so many', \
  '' skip 1 using 1:5 with lines linewidth 1.5 dashtype 2 linecolor rgb '#222222' title 'possible for any classifier: at most so many'
unset output
}
