# tradeoff.gp - 'gnuplot tradeoff.gp' draws tradeoff.svg and tradeoff.pdf from tradeoff.csv.
set encoding utf8
set datafile separator comma
set border 3 linewidth 0.7 linecolor rgb '#333333'
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set grid linetype 1 linewidth 0.5 linecolor rgb '#E4E4E4'
set key samplen 1.5 spacing 1.1 textcolor rgb '#333333'
do for [format in "svg pdf"] {
if (format eq "svg") {
set terminal svg size 1050,690 background rgb 'white' linewidth 1.5 font 'Helvetica,15'
swell = 1.4
} else {
set terminal pdfcairo size 17.5cm,11.5cm font 'Helvetica,11'
swell = 1
}
set output 'tradeoff.'.format
set logscale xy
set xrange [500:2e+06]
set yrange [1:300]
unset key
set xlabel 'parameters p'
set ylabel 'Lipschitz constant on the sphere'
set x2range [0.996016:3984.06]
set logscale x2
set x2tics nomirror out scale 0.6
set x2label 'neurons k of a two-layer network'
set format x2 '%g'
set format x '10^{%T}'
set format y '%g'
set ytics (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300)
set label 'trained: Adam, batch norm' at 5021,34.03 right offset -0.8,0.6 textcolor rgb '#D55E00'
set label 'bound minimised' at 5021,13.87 left offset 0.7,0.7 textcolor rgb '#0072B2'
set label 'tents of projected points' at 7000,135.2 left offset -3.5,1 textcolor rgb '#009E73'
set label 'groups of m points a neuron' at 6.325e+04,69.55 left offset 0,0.8 textcolor rgb '#E69F00'
set label 'tensor, p = 2' at 2.505e+05,6.469 left offset 1,0.2 textcolor rgb '#CC79A7'
set label 'caps at 0.9' at 5.02e+05,4.359 left offset 1,0.1 textcolor rgb '#222222'
set label 'McShane = tents' at 5.01e+05,1.597 left offset 1,0.4 textcolor rgb '#222222'
set label 'caps, optimised' at 5.02e+05,2.843 left offset 1,0 textcolor rgb '#222222'
set label 'conjectured optimum √(n/k) ≈ √(nd/p)' at 550,30.15 left offset 0,-1.1 rotate by -23 textcolor rgb '#222222'
set label 'L* = 1.48: no function through the data is smoother' at 1.8e+06,1.478 right offset 0,-0.7 front textcolor rgb '#222222'
set label 'proved: no network of p 32-bit numbers' at 550,1.12 left front textcolor rgb '#222222'
set label '↑ Baum''s 3 neurons: 21584' at 1507,270 center textcolor rgb '#222222'
plot 'tradeoff.csv' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):8 with filledcurves y1=1 fillcolor rgb '#EDEDED' notitle, \
  '' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):8 with lines linewidth 1.5 linecolor rgb '#7F7F7F' notitle, \
  '' skip 1 using (strcol(1) eq 'limits' ? $3 : NaN):($6 > 1 ? $6 : NaN) with lines linewidth 1.2 dashtype 2 linecolor rgb '#222222' notitle, \
  '' skip 1 using (strcol(1) eq 'groups' ? $3 : NaN):4:(0):($5-$4) with vectors nohead linewidth 2.5 linecolor rgb '#E69F00' notitle, \
  '' skip 1 using (strcol(1) eq 'groups' ? $3 : NaN):5 with points pointtype 11 pointsize 0.6*swell linecolor rgb '#E69F00' notitle, \
  '' skip 1 using (strcol(1) eq 'adaptive' ? $3 : NaN):4:(0):($5-$4) with vectors nohead linewidth 2.5 linecolor rgb '#E69F00' notitle, \
  '' skip 1 using (strcol(1) eq 'adaptive' ? $3 : NaN):5 with points pointtype 10 pointsize 0.6*swell linecolor rgb '#E69F00' notitle, \
  '' skip 1 using (strcol(1) eq 'plain' ? $3 : NaN):5 with lines linewidth 1.2 linecolor rgb '#D55E00' notitle, \
  '' skip 1 using (strcol(1) eq 'plain' ? $3 : NaN):4:(0):($5-$4) with vectors nohead linewidth 2.5 linecolor rgb '#D55E00' notitle, \
  '' skip 1 using (strcol(1) eq 'plain' ? $3 : NaN):5 with points pointtype 7 pointsize 0.6*swell linecolor rgb '#D55E00' notitle, \
  '' skip 1 using (strcol(1) eq 'minimised' ? $3 : NaN):5 with lines linewidth 1.2 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using (strcol(1) eq 'minimised' ? $3 : NaN):4:(0):($5-$4) with vectors nohead linewidth 2.5 linecolor rgb '#0072B2' notitle, \
  '' skip 1 using (strcol(1) eq 'minimised' ? $3 : NaN):5 with points pointtype 5 pointsize 0.6*swell linecolor rgb '#0072B2' notitle, \
  '' skip 1 using (strcol(1) eq 'projected' ? $3 : NaN):5 with lines linewidth 1.2 linecolor rgb '#009E73' notitle, \
  '' skip 1 using (strcol(1) eq 'projected' ? $3 : NaN):4:(0):($5-$4) with vectors nohead linewidth 2.5 linecolor rgb '#009E73' notitle, \
  '' skip 1 using (strcol(1) eq 'projected' ? $3 : NaN):5 with points pointtype 9 pointsize 0.6*swell linecolor rgb '#009E73' notitle, \
  '' skip 1 using (strcol(1) eq 'tensor' ? $3 : NaN):4:(0):($5-$4) with vectors nohead linewidth 2.5 linecolor rgb '#CC79A7' notitle, \
  '' skip 1 using (strcol(1) eq 'tensor' ? $3 : NaN):5 with points pointtype 13 pointsize 0.6*swell linecolor rgb '#CC79A7' notitle, \
  '' skip 1 using (strcol(1) eq 'caps' ? $3 : NaN):4:(0):($5-$4) with vectors nohead linewidth 2.5 linecolor rgb '#222222' notitle, \
  '' skip 1 using (strcol(1) eq 'caps' ? $3 : NaN):5 with points pointtype 4 pointsize 0.6*swell linecolor rgb '#222222' notitle, \
  '' skip 1 using (strcol(1) eq 'mcshane' ? $3 : NaN):4:(0):($5-$4) with vectors nohead linewidth 2.5 linecolor rgb '#222222' notitle, \
  '' skip 1 using (strcol(1) eq 'mcshane' ? $3 : NaN):5 with points pointtype 6 pointsize 0.6*swell linecolor rgb '#222222' notitle
unset output
}
