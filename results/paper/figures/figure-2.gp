# figure-2.gp - 'gnuplot figure-2.gp' draws figure-2.svg and figure-2.pdf from figure-2.csv.
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
set output 'figure-2.'.format
set xlabel '√(n/k)'
set ylabel 'largest random gradient  max_t |∇f(z_t)|'
set offsets 0, graph 0.04, 0, 0
set xrange [0:*]
set yrange [0:*]
set key top left Left reverse
set palette defined (0 '#0D0887', 1 '#6A00A8', 2 '#B12A90', 3 '#E16462', 4 '#FCA636')
set logscale cb
set cbrange [0.025:1]
set cbtics ('0.025' 0.025, '0.05' 0.05, '0.1' 0.1, '0.2' 0.2, '0.5' 0.5, '1' 1) scale 0.4
set cblabel 'd/n' offset -0.5,0
set colorbox user origin graph 1.03, graph 0.08 size graph 0.035, graph 0.84
set rmargin at screen 0.80
plot 'figure-2.csv' skip 1 using 5:7:6 with points pointtype 7 pointsize 0.28*swell palette notitle, \
  [1:10] 7.464314426146009 + 0.89732062980936156*x with lines linewidth 2 linecolor rgb 'black' title 'd ≤ n/10:  7.5 + 0.90 √(n/k)'
unset output
}
